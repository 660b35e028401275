import type { Client } from '@temporalio/client';
import { Semaphore } from 'async-mutex';
import type { Digests } from '../crypto/digest';
import { VerificationError } from '../domain/refusals';
import { createRunLookup } from '../temporal/run-lookup';
import { workflowIdFor } from './ids';
import { createPayloadDecoder } from './payload-decoder';
import { createRunReader, type ReadRun } from './run-reader';
import type { RunStates } from './run-states';
import type { FoundVerification, TenantNumber, VerificationSearch } from './verification-search';
import { createVisibility } from './visibility';
import {
  allOf,
  hasSentAtLeast,
  IS_VERIFIED,
  isWorkflow,
  matchesNothing,
  visibilityQuery,
} from './visibility-query';
import type { VerificationState } from '../workflows/messages';
import type { WorkflowCalls } from './workflow-calls';

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

  return {
    async page(filter, { max, cursor }) {
      if (matchesNothing(filter)) return { verifications: [], nextCursor: undefined };
      const query = visibilityQuery(filter, digests);
      const { runs, nextCursor } = await visibility.list(query, max, cursor);
      const read = await Promise.all(runs.map(readRun));
      const matching = read.filter(
        (run): run is ReadRun =>
          run !== undefined &&
          // The memo is authenticated if payloads are encrypted, and search attributes are not.
          filter.tenantIds.includes(run.memo.tenantId) &&
          (filter.numbers?.some((number) => isOf(run, number)) ?? true),
      );
      const isByNumber = filter.numbers !== undefined;
      const verifications = await Promise.all(
        matching.map(async (run) => toFound(run, await stateIfNeeded(run, isByNumber))),
      );
      return { verifications, nextCursor };
    },

    async count(filter) {
      if (matchesNothing(filter)) return { messages: 0, verified: 0 };
      const query = visibilityQuery({ ...filter, numbers: undefined }, digests);
      const verified = await visibility.count(allOf([query, IS_VERIFIED]));
      // Each verification has at least one message, some a second one, and so on. Temporal Server 1.32 can't group by
      // a search attribute.
      let messages = await visibility.count(query);
      for (let nth = 2, more = messages; more > 0; nth++) {
        more = await visibility.count(allOf([query, hasSentAtLeast(nth)]));
        messages += more;
      }
      return { messages, verified };
    },

    async find(number) {
      const run = await findRun(number);
      if (!run) throw new VerificationError({ code: 'not_found' });
      return toFound(run, await states.read(run.ref));
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
      ({ runs, nextCursor: cursor } = await visibility.list(isWorkflow(workflowId), RUNS_PER_PAGE, cursor));
    }
  }

  /**
   * The state of a run whose memo and search attributes do not say enough: when later messages were requested, or why
   * none arrived. Undefined if it can't be read now.
   */
  async function stateIfNeeded(run: ReadRun, isByNumber: boolean): Promise<VerificationState | undefined> {
    const { ref, status, messagesSent, closedAt } = run;
    const isNeeded =
      messagesSent === undefined
        ? isByNumber && closedAt === null
        : messagesSent > 1 || status === 'undeliverable';
    if (!isNeeded) return undefined;
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

function isOf({ id, memo }: ReadRun, { tenantId, phoneNumber, is }: TenantNumber): boolean {
  return memo.tenantId === tenantId && memo.phoneNumber === phoneNumber && is?.(id) !== false;
}

function toFound(run: ReadRun, state: VerificationState | undefined): FoundVerification {
  const { id, memo, closedAt, country } = run;
  const { tenantId, phoneNumber, createdAt, policy } = memo;
  const messages = run.messagesSent ?? state?.messagesAt.length ?? 1;
  const laterAt = Array.from({ length: messages }, (_, index) => state?.messagesAt[index] ?? createdAt);
  return {
    id,
    tenantId,
    phoneNumber,
    status: state?.status ?? run.status ?? 'sending',
    country,
    codeLength: policy.codeLength,
    messagesAt: [createdAt, ...laterAt.slice(1)],
    closedAt,
    error: state?.error ?? null,
  };
}
