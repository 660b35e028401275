import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ownDeliveryErrors } from '../../src/domain/delivery-errors';
import {
  attemptsAllowed,
  cooldownRefusal,
  emptyLedger,
  isLocked,
  numberLimitRefusal,
} from '../../src/domain/ledger';
import { MIN_WINDOW_LEFT_FOR_RESEND_MS } from '../../src/domain/policy';
import type { Ledger, Policy } from '../../src/domain/types';
import { Verification } from '../../src/domain/verification';
import { viewOf } from '../../src/domain/verification-view';
import { liveDetails } from '../../src/workflows/details';
import { ExpectedVerification, lost, type Sent } from './expected-verification';
import { inputWith } from './verification-input';

// Random sequences of events. ExpectedVerification says in a second, simpler way what each of them must lead to.

const START = Date.parse('2026-11-23T10:00:00.000Z');
const HOUR_MS = 3_600_000;

const policies: fc.Arbitrary<Policy> = fc.record({
  codeLength: fc.constantFrom(4, 6, 10),
  windowMs: fc.constantFrom(5_000, 30_000, 45_000, 90_000, 600_000, 600_000),
  maxAttempts: fc.integer({ min: 1, max: 6 }),
  resendIntervalMs: fc.constantFrom(0, 0, 0, 1, 10_000, 30_000, 100_000),
  maxResends: fc.constantFrom(0, 1, 2, 4, 4, 4),
  numberLimit: fc.constantFrom(null, null, { max: 1, periodMs: 60_000 }, { max: 3, periodMs: HOUR_MS }),
});

const ledgers: fc.Arbitrary<Ledger> = fc.record({
  unsuccessful: fc.nat(9),
  failedCodes: fc.nat(90),
  lastUnsuccessfulAt: fc.constantFrom(null, '2026-11-23T09:00:00.000Z'),
  messages: fc.constantFrom([], [START - 59_000], [START - HOUR_MS + 1, START - HOUR_MS / 2]),
});

/** How much time passes before an event, or until when. Time often stands still, and it never goes back. */
const pauses = fc.oneof(
  fc.constant({ byMs: 0 }),
  fc.integer({ min: 0, max: 40_000 }).map((byMs) => ({ byMs })),
  fc.record({
    until: fc.constantFrom('the window ends', 'a resend is too late', 'a resend is allowed'),
    plusMs: fc.constantFrom(-1, 0, 1),
  }),
);
type Pause = typeof pauses extends fc.Arbitrary<infer Value> ? Value : never;

/** Results of sending. `clockMs`: how far the worker's clock is off. */
const results: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({
    result: fc.constant('accepted' as const),
    clockMs: fc.constantFrom(0, 0, -90_000, -5, 90_000),
    isPossibleDuplicate: fc.boolean(),
  }),
  fc.constantFrom<Sent>(
    { result: 'test number' },
    { result: 'refused' },
    { result: 'unknown' },
    { result: 'unknown' },
    { result: 'unknown' },
    { result: 'nothing sent' },
  ),
);

/** Delivery reports: with or without an index, which can be nonsense, and with a SID that can be unknown. */
const reports = fc
  .record({
    about: fc.constantFrom(0, 1, 1, 2),
    isSidKnown: fc.constantFrom(true, true, true, false),
    index: fc.constantFrom('true', 'true', 'true', 'none', 'none', -1, 0.5),
    failure: fc.constantFrom(null, null, lost, { code: '30005', message: 'Unknown.' }),
  })
  .map(({ about, isSidKnown, index, failure }) => ({
    event: 'report' as const,
    sid: isSidKnown ? `SM${about}` : 'SM9',
    failure,
    messageIndex: { true: about, none: undefined }[index] ?? (typeof index === 'number' ? index : undefined),
  }));

const right = { digits: 'right' as const, isRight: true };
const wrong = { digits: 'right' as const, isRight: false };
const events = fc.oneof(
  fc.constantFrom(right, wrong, wrong, wrong, wrong).map((code) => ({ event: 'submit' as const, ...code })),
  fc.record({
    event: fc.constant('submit' as const),
    digits: fc.constantFrom('right' as const, 'too many' as const, 'any' as const),
    isRight: fc.boolean(),
  }),
  { arbitrary: fc.constant({ event: 'resend' as const }), weight: 2 },
  { arbitrary: fc.record({ event: fc.constant('result' as const), sent: results }), weight: 3 },
  { arbitrary: reports, weight: 4 },
  fc.constantFrom({ event: 'cancel' as const }, { event: 'approve' as const }, { event: 'close' as const }),
);
type Event = typeof events extends fc.Arbitrary<infer Value> ? Value : never;

const step = fc.tuple(pauses, events);
/** One more message, as soon as it is allowed, and its result. Single random events seldom lead to it. */
const oneMore = fc.tuple(pauses, results).map(([pause, sent]): [Pause, Event][] => [
  [{ until: 'a resend is allowed', plusMs: 0 }, { event: 'resend' }],
  [pause, { event: 'result', sent }],
]);
const isAccepted: Sent = { result: 'accepted', clockMs: 0, isPossibleDuplicate: false };
/** What happens after the first message was requested. It is accepted at once in two of three sequences. */
const sequences = fc
  .tuple(
    fc.constantFrom<[Pause, Event][]>(
      [],
      [[{ byMs: 0 }, { event: 'result', sent: isAccepted }]],
      [[{ byMs: 5 }, { event: 'result', sent: isAccepted }]],
    ),
    fc.array(
      fc.oneof({ arbitrary: step.map((one) => [one]), weight: 3 }, { arbitrary: oneMore, weight: 1 }),
      {
        minLength: 1,
        maxLength: 14,
      },
    ),
  )
  .map(([first, more]) => [...first, ...more.flat()]);

/** What the model knows, too. After the end, the ledger is a part of it. */
function factsOf(verification: Verification, now: number) {
  const { status, error, attemptsRemaining, expiresAt, endedAt, messagesAt, cancelReason } =
    viewOf(verification);
  const { acceptedSids, acceptedIndexes, failed, possiblySentAt, mayHaveUnknownSids } = verification.messages;
  const lines = liveDetails(verification).split('\n');
  return {
    view: { status, error, attemptsRemaining, expiresAt, endedAt, messagesAt, cancelReason },
    messages: { acceptedSids, acceptedIndexes, failed, possiblySentAt, mayHaveUnknownSids },
    acceptedAt: verification.messages.all.flatMap(({ outcome }) =>
      outcome?.outcome === 'accepted' ? [outcome.acceptedAt] : [],
    ),
    losses: verification.messages.all.map((message) => message.lost?.code),
    windowLeftMs: verification.windowLeftMs(now),
    details: lines.flatMap((line) => /^1\. (?:.* (?=lost))?(\w+)/.exec(line)?.[1] ?? []),
    ledger: endedAt === null ? null : verification.ledger(),
  };
}

/** Everything that can be read, to see whether something has changed. */
const stateOf = (verification: Verification) =>
  JSON.stringify([viewOf(verification), verification.messages.all, verification.attempts]);

/** Lets the event happen to both, as the workflow's handlers do. Returns what each decided about it. */
function happen(event: Event, verification: Verification, expected: ExpectedVerification, now: number) {
  switch (event.event) {
    case 'submit': {
      const { codeLength } = verification.input.policy;
      const digits = { right: codeLength, 'too many': codeLength + 1, any: null }[event.digits];
      const refusal = verification.submitRefusal(digits, now);
      const tags = event.isRight ? ['other-key-tag', 'right-tag'] : ['wrong-tag', 'right'];
      const matched = verification.submit(digits, tags, now);
      return [
        { refused: refusal?.code, matched },
        expected.submit(event.digits !== 'too many', event.isRight, now),
      ];
    }
    case 'resend': {
      const refusal = verification.resendRefusal(now);
      if (!refusal) verification.messageRequested(now);
      return [{ refused: refusal?.code }, expected.resend(now)];
    }
    case 'result': {
      const sid = `SM${verification.messages.all.length - 1}`;
      verification.messageSettled(outcomeOf(event.sent, sid, now), now);
      return [undefined, expected.settle(event.sent, sid, now)];
    }
    case 'report':
      verification.deliveryReported(event, now);
      return [undefined, expected.report(event, now)];
    case 'cancel':
    case 'approve': {
      const refusal = verification.endedRefusal(now);
      if (event.event === 'cancel') verification.cancel(now, 'because');
      else verification.approve(now);
      return [{ refused: refusal?.code }, expected.end(event.event, now)];
    }
    case 'close':
      // The window's timer never fires too early.
      if (verification.hasEnded || now >= (verification.expiresAt ?? 0)) verification.close();
      return [undefined, expected.close(now)];
  }
}

function outcomeOf(sent: Sent, sid: string, now: number) {
  const unknown = { outcome: 'failed', error: ownDeliveryErrors.delivery_unknown } as const;
  switch (sent.result) {
    case 'accepted': {
      const accepted = { outcome: 'accepted', sid, acceptedAt: now + sent.clockMs } as const;
      return sent.isPossibleDuplicate ? { ...accepted, possibleDuplicate: true } : accepted;
    }
    case 'test number':
      return { outcome: 'not_sent', acceptedAt: now } as const;
    case 'refused':
      return { outcome: 'failed', error: lost } as const;
    case 'unknown':
      return unknown;
    case 'nothing sent':
      return { ...unknown, nothingSent: true } as const;
  }
}

function after(pause: Pause, verification: Verification, now: number): number {
  if ('byMs' in pause) return now + pause.byMs;
  const { nextResendAt } = viewOf(verification);
  const until = {
    'the window ends': verification.expiresAt,
    'a resend is too late': verification.expiresAt && verification.expiresAt - MIN_WINDOW_LEFT_FOR_RESEND_MS,
    'a resend is allowed': nextResendAt === null ? null : Date.parse(nextResendAt),
  }[pause.until];
  return until === null ? now : Math.max(now, until + pause.plusMs);
}

/** What a refused resend says about the time, and what the view says about the next one. */
function expectTrueResendTimes(verification: Verification, now: number): void {
  const codeAt = (ms: number) => verification.resendRefusal(ms)?.code;
  const refusal = verification.resendRefusal(now);
  const waitMs = (refusal?.retryAfterSeconds ?? 0) * 1_000;
  if (refusal && waitMs > 0 && !verification.messages.inFlight) {
    notEqual(codeAt(now + waitMs), refusal.code);
    notEqual(codeAt(now + waitMs - 1_000), undefined);
  }
  const { nextResendAt } = viewOf(verification);
  if (verification.hasEnded) equal(nextResendAt, null);
  if (verification.input.policy.numberLimit || verification.endedRefusal(now)) return;
  const allowedAt = nextResendAt === null ? Infinity : Date.parse(nextResendAt);
  const latest = (verification.expiresAt ?? -Infinity) - MIN_WINDOW_LEFT_FOR_RESEND_MS;
  for (const ms of [now, now + 1_000, now + 30_000, ...(nextResendAt ? [allowedAt - 1, allowedAt] : [])])
    if (ms >= now) equal(codeAt(ms) === undefined, ms >= allowedAt && ms <= latest);
}

test('whatever happens to a verification, it is and says what a simple model expects', () => {
  const firstTaskAfterMs = fc.constantFrom(0, 0, 0, 0, 0, 0, 12, 30_000, 30_001);
  fc.assert(
    fc.property(policies, ledgers, firstTaskAfterMs, sequences, (policy, ledger, delayMs, all) => {
      let announced = '';
      const announce = (changed: Verification) => void (announced = stateOf(changed));
      let now = START + delayMs;
      const verification = new Verification(inputWith(policy, ledger), START, announce);
      const expected = new ExpectedVerification(policy, ledger, START);
      verification.failIfTooLate(now);
      if (!verification.hasEnded) verification.messageRequested(now);
      expected.firstTask(now);

      for (const [pause, event] of all) {
        now = after(pause, verification, now);
        const [before, updatedAt] = [stateOf(verification), verification.updatedAt];
        const expectedBefore = expected.facts(now);
        const [decision, expectedDecision] = happen(event, verification, expected, now);
        const current = stateOf(verification);

        deepEqual(decision, expectedDecision);
        deepEqual(factsOf(verification, now), expected.facts(now));
        equal(announced, current);
        // What is refused or has no effect leaves no trace, and what is accepted has an effect.
        equal(current === before, isDeepStrictEqual(expected.facts(now), expectedBefore));
        if (decision) equal(current === before, decision.refused !== undefined);
        ok(updatedAt <= verification.updatedAt && verification.updatedAt <= now);
        expectTrueResendTimes(verification, now);
      }
    }),
    { numRuns: 3_000 },
  );
});

describe('over all verifications of a number', () => {
  const COOLDOWN_SECONDS = [0, 30, 60, 300, 900, 3_600, 86_400];
  const NUMBER_LIMIT = { max: 10, periodMs: HOUR_MS };
  const POLICY: Policy = {
    codeLength: 4,
    windowMs: 90_000,
    maxAttempts: 4,
    resendIntervalMs: 30_000,
    maxResends: 2,
    numberLimit: NUMBER_LIMIT,
  };

  /** One verification of somebody who wants many guesses: what is done with it, in this order. */
  const plans = fc.record({
    /** After the number may start again. */
    pauseMs: fc.constantFrom(0, 0, 0, 0, 0, 1_000, HOUR_MS),
    sent: fc.constantFrom<Sent['result']>('accepted', 'accepted', 'accepted', 'refused', 'unknown'),
    isGuessedBeforeSent: fc.boolean(),
    guesses: fc.constantFrom(0, 1, 3, 4, 4, 4, 4, 4, 4, 4),
    resends: fc.constantFrom(0, 0, 1, 2),
    end: fc.constantFrom('cancel', 'cancel', 'lost', 'close', 'close', 'owner'),
  });

  type Plan = typeof plans extends fc.Arbitrary<infer Value> ? Value : never;

  interface Past {
    readonly guessesAt: number[];
    readonly messagesAt: number[];
    /** Wrong codes since the last success. */
    failedCodes: number;
  }

  /** The number's next verification. Returns its ledger, and when it ended. */
  function verify(plan: Plan, ledger: Ledger, at: number, past: Past): [Ledger, number] {
    const policy = { ...POLICY, maxAttempts: attemptsAllowed(ledger, POLICY.maxAttempts) };
    const verification = new Verification(inputWith(policy, ledger), at);
    let now = at;
    const guess = () => {
      for (let left = plan.guesses; left > 0 && !verification.submitRefusal(4, now); left--) {
        verification.submit(4, ['wrong-tag'], now);
        past.guessesAt.push(now);
        past.failedCodes += 1;
      }
    };
    verification.messageRequested(now);
    if (plan.isGuessedBeforeSent) guess();
    const sent = { result: plan.sent, clockMs: 0, isPossibleDuplicate: false } as Sent;
    verification.messageSettled(outcomeOf(sent, 'SM0', now), now);
    guess();
    for (let left = plan.resends; left > 0; left--) {
      now += POLICY.resendIntervalMs;
      if (verification.resendRefusal(now)) continue;
      verification.messageRequested(now);
      verification.messageSettled({ outcome: 'accepted', sid: `SM${left}`, acceptedAt: now }, now);
    }
    if (plan.end === 'cancel') verification.cancel(now);
    if (plan.end === 'lost') verification.deliveryReported({ sid: 'SM0', failure: lost }, now);
    if (plan.end === 'owner' && verification.submit(4, ['right-tag'], now)) past.failedCodes = 0;
    verification.close();
    past.messagesAt.push(...verification.messages.possiblySentAt);
    return [verification.ledger(), verification.endedAt ?? now];
  }

  /** How many of the times are in the busiest period of this length. */
  const mostWithin = (periodMs: number, times: readonly number[]) =>
    Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + periodMs).length));

  test('no plan gets more guesses and messages than docs/security.md says, and only guesses lock a number', () => {
    const isOwnerAway = fc.constantFrom(true, true, false);
    const isGuessing = fc.constantFrom(true, true, true, false);
    const many = fc.array(plans, { minLength: 10, maxLength: 50, size: 'max' });
    fc.assert(
      fc.property(many, isOwnerAway, isGuessing, (all, away, guessing) => {
        const past: Past = { guessesAt: [], messagesAt: [], failedCodes: 0 };
        let ledger = emptyLedger;
        let now = START;
        for (const plan of all) {
          const waitMs = (refusal = cooldownRefusal(ledger, COOLDOWN_SECONDS, now)) =>
            (refusal?.retryAfterSeconds ?? 0) * 1_000;
          equal(isLocked(ledger), past.failedCodes >= 100);
          equal(ledger.failedCodes, past.failedCodes);
          if (past.failedCodes === 0) ok(waitMs() <= 300_000);
          if (isLocked(ledger)) break;
          now += waitMs() + plan.pauseMs;
          now += waitMs(numberLimitRefusal(ledger.messages, NUMBER_LIMIT, now));
          const end = away && plan.end === 'owner' ? 'cancel' : plan.end;
          [ledger, now] = verify({ ...plan, end, guesses: guessing ? plan.guesses : 0 }, ledger, now, past);
        }
        ok(past.failedCodes <= 100);
        ok(mostWithin(HOUR_MS, past.messagesAt) <= NUMBER_LIMIT.max);
        if (!away) return;
        const sinceFirst = past.guessesAt.map((at) => at - (past.guessesAt[0] ?? 0));
        ok(sinceFirst.filter((ms) => ms < HOUR_MS).length <= 24);
        ok(sinceFirst.filter((ms) => ms < 24 * HOUR_MS).length <= 28);
      }),
      { numRuns: 500 },
    );
  });
});
