import { setImmediate } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Semaphore } from 'async-mutex';
import type { Digests } from '../../crypto/digest';
import { MAX_MESSAGES } from '../../domain/policy';
import { VerificationError } from '../../domain/refusals';
import { createRunLookup } from '../../temporal/run-lookup';
import { Bound } from '../bound';
import { messagesOf } from './found-messages';
import { workflowIdFor } from '../ids';
import { createPayloadDecoder } from '../state/payload-decoder';
import { createRunReader, type ReadRun } from './run-reader';
import type { RunStates } from '../state/run-states';
import type {
  FoundVerification,
  TenantNumber,
  VerificationFilter,
  VerificationSearch,
} from './verification-search';
import { createVisibility, type RunPage } from './visibility';
import {
  allOf,
  hasSentAtLeast,
  IS_VERIFIED,
  isWorkflow,
  matchesNothing,
  visibilityQuery,
} from './visibility-query';
import type { VerificationState } from '../../workflows/definitions';
import type { WorkflowCalls } from '../workflow-calls';

/** A search makes many calls. Without a bound, those of searches whose clients are gone would delay starts and checks. */
const SEARCHES = { name: 'searches', maxRunning: 3, maxAccepted: 30, maxWaitMs: 4_000 };
/** How many states all searches of this process read at once. */
const MAX_STATE_READS = 10;
/** Without an answer of a worker in this time, an open verification is shown with one message. */
const OPEN_STATE_TIMEOUT_MS = 1_000;
const RUNS_PER_PAGE = 100;

export function createVerificationSearch(
  client: Client,
  digests: Digests,
  calls: WorkflowCalls,
  states: RunStates,
): VerificationSearch {
  const visibility = createVisibility(client, calls);
  const lookup = createRunLookup(client);
  const readRun = createRunReader(createPayloadDecoder(client));
  const stateReads = new Semaphore(MAX_STATE_READS);
  const searches = new Bound(SEARCHES);

  return {
    inTurn: (search) => searches.run(search),

    async page(filter, { max, cursor }) {
      if (matchesNothing(filter)) return { verifications: [], nextCursor: undefined };
      const query = visibilityQuery(filter, digests);
      const { runs, nextCursor } = await visibility.list(query, max, cursor);
      const verifications: FoundVerification[] = [];
      for (const info of runs) {
        // Decryption needs the CPU. Other requests must not wait for the whole page.
        await setImmediate();
        const run = await readRun(info);
        if (run && isWanted(run, filter))
          verifications.push(await toListed(run, filter.numbers !== undefined));
      }
      return { verifications, nextCursor };
    },

    async count(filter) {
      if (matchesNothing(filter)) return { messages: 0, verified: 0 };
      const query = visibilityQuery({ ...filter, numbers: undefined }, digests);
      const verified = await visibility.count(allOf([query, IS_VERIFIED]));
      // Each verification has at least one message, some a second one, and so on. Temporal Server 1.32 can't group by
      // a search attribute. Somebody else's run in the namespace can have any number.
      let messages = await visibility.count(query);
      for (let nth = 2, more = messages; more > 0 && nth <= MAX_MESSAGES; nth++) {
        more = await visibility.count(allOf([query, hasSentAtLeast(nth)]));
        messages += more;
      }
      return { messages, verified };
    },

    async find(number) {
      const run = await findRun(number);
      if (!run) throw new VerificationError({ code: 'not_found' });
      const state = await states.read(run.ref);
      return toFound(run, state, async () => state);
    },
  };

  /** The number's latest run is found at once. Visibility has the earlier ones. */
  async function findRun(number: Required<TenantNumber>): Promise<ReadRun | undefined> {
    const workflowId = workflowIdFor(digests.phoneNumber(number.tenantId, number.phoneNumber));
    const latest = await calls.call(() => lookup.describe({ workflowId }));
    if (!latest) return undefined;
    let runs: readonly (typeof latest)[] = [latest];
    let cursor: string | undefined = '';
    for (;;) {
      for (const info of runs) {
        const run = await readRun(info);
        if (run && isOf(run, number)) return run;
      }
      if (cursor === undefined) return undefined;
      const after: string = cursor;
      const list = () => visibility.list(isWorkflow(workflowId), RUNS_PER_PAGE, after);
      ({ runs, nextCursor: cursor } = await searches.run<RunPage>(list));
    }
  }

  /**
   * `isByNumber`: how many messages an open verification has is only known from its state. The details need the state
   * if the memo and the search attributes do not say when later messages were requested, or why none arrived.
   */
  async function toListed(run: ReadRun, isByNumber: boolean): Promise<FoundVerification> {
    const { status, messagesSent, closedAt } = run;
    const isOpen = messagesSent === undefined && closedAt === null;
    const state = isOpen && isByNumber ? await readState(run) : undefined;
    const needsState = (messagesSent ?? 1) > 1 || status === 'undeliverable';
    return toFound(run, state, async () => state ?? (needsState ? readState(run) : undefined));
  }

  /** Undefined if it can't be read now. */
  async function readState({ ref, closedAt }: ReadRun): Promise<VerificationState | undefined> {
    try {
      return await stateReads.runExclusive(() =>
        closedAt === null ? states.readWithin(ref, OPEN_STATE_TIMEOUT_MS) : states.readClosed(ref),
      );
    } catch {
      // The run was deleted in the meantime, or a secret key is missing.
      return undefined;
    }
  }
}

function isWanted(run: ReadRun, { tenantIds, numbers }: VerificationFilter): boolean {
  return (
    // The memo is authenticated if payloads are encrypted, and search attributes are not.
    tenantIds.includes(run.memo.tenantId) && (numbers?.some((number) => isOf(run, number)) ?? true)
  );
}

function isOf({ id, memo }: ReadRun, { tenantId, phoneNumber, is }: TenantNumber): boolean {
  return memo.tenantId === tenantId && memo.phoneNumber === phoneNumber && is?.(id) !== false;
}

/** `state`: if it is already known. `readState`: reads it for the details. */
function toFound(
  run: ReadRun,
  state: VerificationState | undefined,
  readState: () => Promise<VerificationState | undefined>,
): FoundVerification {
  const { id, memo, startedAt, closedAt, country } = run;
  const { tenantId, phoneNumber, policy } = memo;
  return {
    id,
    tenantId,
    phoneNumber,
    status: state?.status ?? run.status ?? 'sending',
    country,
    codeLength: policy.codeLength,
    startedAt,
    closedAt,
    messageCount: messagesOf(run, state).counted.length,
    async details() {
      const known = await readState();
      return { ...messagesOf(run, known), error: known?.error ?? null };
    },
  };
}
