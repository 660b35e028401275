import { ApplicationFailure, type Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import type { SendMessageRequest } from '../../src/activities/send-message-request';
import { NOTHING_SENT } from '../../src/domain/delivery-errors';
import { SEND_DEADLINE_MS } from '../../src/domain/policy';
import type { SendOutcome } from '../../src/domain/types';
import type { MessageSearch, MessageSender, SearchResult, SendResult } from '../../src/messaging/sender';
import { firstMessage, sendMessageWith } from '../support/send-activity';

// Random crashes and answers of the provider. Temporal's retries are imitated, and time is skipped.

const MAX_CALL_MS = 8_000;
const START_TO_CLOSE_MS = 15_000;
const HEARTBEAT_TIMEOUT_MS = 3_000;
const KNOWN_SID = 'SM-earlier';

const tryPlan = fc.record({
  answer: fc.constantFrom('accepted', 'refused', 'refused_sender', 'not_created', 'lost', 'lost_not_created'),
  latencyMs: fc.constantFrom(0, 200, 2_500, MAX_CALL_MS - 1),
  crash: fc.constantFrom(
    'never',
    'never',
    'never',
    'before the call',
    'before the answer',
    'after the answer',
  ),
  /** How much later the provider lists the message. */
  listedAfterMs: fc.constantFrom(0, 0, 0, 900, 3_000, 60_000),
  searches: fc.array(fc.constantFrom('ok', 'ok', 'fails'), { minLength: 4, maxLength: 4 }),
  /** Whether an operator resets the activity after this try. */
  reset: fc.constantFrom('no', 'no', 'no', 'no', 'yes', 'yes, with the heartbeat details'),
});
type TryPlan = typeof tryPlan extends fc.Arbitrary<infer Plan> ? Plan : never;

type Created = Readonly<{ sid: string; at: number; listedAt: number }>;

/** A provider that does what the plan of each try says. */
class Provider {
  readonly created: Created[] = [];
  readonly createCalls: { readonly at: number; readonly isEarlierListed: boolean }[] = [];

  constructor(private readonly earlier: readonly Created[]) {}

  sender({ answer, latencyMs, crash: crashes, listedAfterMs, searches }: TryPlan, crash: () => void) {
    const died = () => {
      crash();
      return new Promise<never>(() => {});
    };
    let searchCount = 0;
    const sender: MessageSender = {
      maxCallMs: MAX_CALL_MS,
      find: async ({ knownSids, createdSince }: MessageSearch): Promise<SearchResult> => {
        if (searches[searchCount++] === 'fails') return { result: 'unknown', reason: 'HTTP 500' };
        const found = [...this.earlier, ...this.created].find(
          ({ sid, at, listedAt }) => listedAt <= Date.now() && at >= createdSince && !knownSids.includes(sid),
        );
        return found ? { result: 'found', sid: found.sid } : { result: 'absent' };
      },
      send: async (): Promise<SendResult> => {
        const isEarlierListed = this.created.some(({ listedAt }) => listedAt <= Date.now());
        this.createCalls.push({ at: Date.now(), isEarlierListed });
        if (crashes === 'before the call') return died();
        await pause(latencyMs / 2);
        const sid = `SM${this.created.length}`;
        if (answer === 'accepted' || answer === 'lost')
          this.created.push({ sid, at: Date.now(), listedAt: Date.now() + listedAfterMs });
        if (crashes === 'before the answer') return died();
        await pause(latencyMs / 2);
        if (crashes === 'after the answer') return died();
        switch (answer) {
          case 'accepted':
            return { result: 'accepted', sid };
          case 'refused':
            return { result: 'refused', error: { code: '21211', message: 'No.' }, advice: undefined };
          case 'refused_sender':
            return { result: 'refused', error: { code: '21606', message: 'No.' }, advice: 'Check.' };
          case 'not_created':
            return { result: 'not_created', reason: 'HTTP 503', retryAfterMs: undefined };
          case 'lost':
          case 'lost_not_created':
            return { result: 'unknown', reason: 'ECONNRESET' };
        }
      },
      checkAccess: async () => ({ result: 'granted' }),
    };
    return sender;
  }
}

/** What the workflow gets: an outcome, or the type of the last failure; undefined after a time-out. */
type Result = { readonly outcome: SendOutcome } | { readonly failure: string | undefined };

/** Runs the activity as Temporal does: again after a failure or a crash, until it returns or the deadline is over. */
async function runWithRetries(plans: readonly TryPlan[], provider: Provider, request: SendMessageRequest) {
  const scheduledAt = Date.now();
  let attempt = 1;
  let heartbeatDetails: unknown;
  let result: Result = { failure: undefined };
  for (const [index, plan] of plans.entries()) {
    const tried = await runOnce(plan, provider, request, {
      attempt,
      heartbeatDetails,
      scheduledTimestampMs: scheduledAt,
      currentAttemptScheduledTimestampMs: Date.now(),
      scheduleToCloseTimeoutMs: SEND_DEADLINE_MS,
    });
    if ('outcome' in tried) return tried;
    result = tried;
    attempt = plan.reset === 'no' ? attempt + 1 : 1;
    heartbeatDetails = plan.reset === 'yes, with the heartbeat details' ? undefined : tried.heartbeatDetails;
    if (tried.failure === undefined) await jest.advanceTimersByTimeAsync(HEARTBEAT_TIMEOUT_MS);
    await jest.advanceTimersByTimeAsync(Math.min(500 * 2 ** index, 4_000));
    if (Date.now() >= scheduledAt + SEND_DEADLINE_MS) break;
  }
  return result;
}

/** One try. After a crash or a time-out there is no failure. */
async function runOnce(
  plan: TryPlan,
  provider: Provider,
  request: SendMessageRequest,
  info: Partial<Info> & { readonly scheduledTimestampMs: number },
) {
  const env = new MockActivityEnvironment(
    { ...info, workflowExecution: { workflowId: 'w', runId: 'r' } },
    { logger: new DefaultLogger('ERROR', () => {}) },
  );
  let { heartbeatDetails } = info as { readonly heartbeatDetails: unknown };
  env.on('heartbeat', (details: unknown) => void (heartbeatDetails = details));
  const end: { result?: Result } = {};
  const sendMessage = sendMessageWith(
    provider.sender(plan, () => void (end.result = { failure: undefined })),
  );
  const endsBy = Math.min(Date.now() + START_TO_CLOSE_MS, info.scheduledTimestampMs + SEND_DEADLINE_MS);
  const running = env.run(sendMessage, request) as Promise<SendOutcome>;
  void running.then(
    (outcome) => (end.result ??= { outcome }),
    (error: unknown) =>
      (end.result ??= { failure: error instanceof ApplicationFailure ? `${error.type}` : 'other' }),
  );
  await jest.advanceTimersByTimeAsync(0);
  while (!end.result && Date.now() < endsBy) await jest.advanceTimersToNextTimerAsync();
  // Stops what a dead worker still had to do. This also resets the clock.
  const now = Date.now();
  jest.clearAllTimers();
  jest.setSystemTime(now);
  return { ...(end.result ?? { failure: undefined }), heartbeatDetails };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(() => void jest.useFakeTimers());
afterAll(() => void jest.useRealTimers());

test.each([1, Date.now() % 1_000_000])(
  'whatever happens, no message is sent twice or late (seed %i)',
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tryPlan, { minLength: 7, maxLength: 7 }),
        fc.boolean(),
        async (plans, isResend) => {
          const startedAt = Date.now();
          const at = startedAt - 1_000;
          const provider = new Provider(isResend ? [{ sid: KNOWN_SID, at, listedAt: at }] : []);
          const result = await runWithRetries(plans, provider, {
            ...firstMessage(),
            startedAt: isResend ? at : startedAt,
            messageIndex: isResend ? 1 : 0,
            knownSids: isResend ? [KNOWN_SID] : [],
          });

          const { created, createCalls } = provider;
          for (const call of createCalls) {
            expect(call.at + MAX_CALL_MS).toBeLessThanOrEqual(startedAt + SEND_DEADLINE_MS);
            expect(call.isEarlierListed).toBe(false);
          }
          const failure = 'failure' in result ? result.failure : undefined;
          expect(['other', 'Unforeseen']).not.toContain(failure);
          expect(failure === NOTHING_SENT && created.length > 0).toBe(false);
          const outcome = 'outcome' in result ? result.outcome : undefined;
          // A refusal that is not about the number does not end the search for a message of an earlier try.
          const isSenderRefused = outcome?.outcome === 'failed' && outcome.error.code === '21606';
          expect(isSenderRefused && created.length > 0).toBe(false);
          const sid = outcome?.outcome === 'accepted' ? outcome.sid : undefined;
          expect([undefined, ...created.map((message) => message.sid)]).toContain(sid);
        },
      ),
      { seed, numRuns: 500 },
    );
  },
);
