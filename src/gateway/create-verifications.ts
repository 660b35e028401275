import { deriveTags } from '../crypto/code';
import { isRefusal, VerificationError } from '../domain/refusals';
import {
  approveUpdate,
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  submitSignal,
  type FromTenant,
  type Submission,
  type VerificationState,
} from '../workflows/definitions';
import { createOpenRuns } from './open-runs';
import { createVerificationSearch } from './search/create-verification-search';
import { createRunStates } from './state/run-states';
import { createResend } from './resend';
import { createStart, type StartDependencies } from './start/start';
import { updateIdOf } from './update-id';
import { createDeliveryReports } from './delivery-reports';
import { waitForDecision } from './state/wait-for-decision';
import { createWhenSent } from './state/when-sent';
import {
  formatVerificationId,
  parseVerificationId,
  workflowIdFor,
  type TenantVerificationId,
  type VerificationId,
} from './ids';
import { parseMemo } from './stored-data';
import type { IdentifiedView, VerificationRef, Verifications } from './verifications';
import { createWorkflowCalls } from './workflow-calls';

/** How long `cancel` waits for a run to end whose window is already over. */
const END_TIMEOUT_MS = 1_000;

export function createVerifications(dependencies: StartDependencies): Verifications {
  const { keyRing, digests } = dependencies;
  const calls = createWorkflowCalls(dependencies.client);
  const states = createRunStates(dependencies.client, calls);
  const openRuns = createOpenRuns(calls, states);
  const start = createStart(dependencies, calls, states);
  const resend = createResend(openRuns, digests);
  const whenSent = createWhenSent(states);
  const deliveryReports = createDeliveryReports(dependencies.client, calls, openRuns);

  return {
    async start(request) {
      const { outcome, id, state } = await start(request);
      return { outcome, verification: toView(id, state) };
    },

    async latestId(tenantId, phoneNumber) {
      const workflowId = workflowIdFor(digests.phoneNumber(tenantId, phoneNumber));
      const run = await calls.describeLatest(workflowId);
      if (!run) return undefined;
      const { nonce } = parseMemo(run.memo);
      return formatVerificationId({ workflowId, runId: run.runId, nonce });
    },

    async whenSent(ref, { messagesAt }, timeoutMs) {
      const id = parseRef(ref);
      // The view that a start returns has no message yet.
      const index = Math.max(messagesAt.length - 1, 0);
      const state = await whenSent(id, index, timeoutMs);
      if (!state) return undefined;
      const failed = state.failedMessages?.find((message) => message.index === index);
      return { verification: toView(id, state), error: failed?.error ?? state.error };
    },

    async get(ref) {
      const id = parseRef(ref);
      return toView(id, await readState(id));
    },

    async waitForEnd(ref, wait) {
      const id = parseRef(ref);
      const current = await readState(id);
      const mayWait = current.endedAt === null && states.mayWait(id);
      const state = mayWait ? await waitForDecision(states, id, current, wait) : current;
      const isWaitApplied = state.endedAt !== null || (mayWait && !wait.signal.aborted);
      return { verification: toView(id, state), isWaitApplied };
    },

    async check(ref, code, by, { anyLength = false } = {}) {
      const id = parseRef(ref);
      const submission = { ...submissionOf(id, code), ...(anyLength && { digits: null }) };
      const outcome = await openRuns.update(id, checkUpdate, submission, updateIdOf(digests, 'check', by));
      // For a known update id, Temporal returns the first outcome, even if the code is another one now.
      if (!outcome.tags.some((tag) => submission.tags.includes(tag))) {
        throw new VerificationError({ code: 'idempotency_key_reused' });
      }
      deliveryReports.noteState(id, outcome.state);
      return { verified: outcome.verified, verification: toView(id, outcome.state) };
    },

    async submit(ref, digits, { padded = false } = {}) {
      const id = parseRef(ref);
      const codeLength = (await openRuns.assertOpen(id)).codeLength;
      const code = padded ? digits.padStart(codeLength, '0') : digits;
      if (code.length !== codeLength) throw new VerificationError({ code: 'invalid_code', codeLength });
      await openRuns.signal(id, submitSignal, submissionOf(id, code));
    },

    async requestCancel(ref, reason) {
      const id = parseRef(ref);
      await openRuns.assertOpen(id);
      await openRuns.signal(id, cancelSignal, { ...fromTenant(id), reason });
    },

    async assertOpen(ref) {
      await openRuns.assertOpen(parseRef(ref));
    },

    async resend(ref, options) {
      const id = parseRef(ref);
      const { outcome, state } = await resend(id, options);
      return { outcome, verification: toView(id, state) };
    },

    async approve(ref) {
      const id = parseRef(ref);
      return toView(id, await openRuns.update(id, approveUpdate, fromTenant(id)));
    },

    async cancel(ref) {
      const id = parseRef(ref);
      try {
        return toView(id, await openRuns.update(id, cancelUpdate, fromTenant(id)));
      } catch (error) {
        if (!isRefusal(error, 'verification_ended')) throw error;
        const state = await states.read(id);
        // The window is over, but the workflow's timer has not fired yet.
        const isClosing = state.endedAt === null && states.mayWait(id);
        return toView(id, (isClosing ? await states.waitForEnd(id, END_TIMEOUT_MS) : undefined) ?? state);
      }
    },

    async reportDelivery(publicId, report, sinceSentMs) {
      const id = parseVerificationId(publicId);
      if (id) await deliveryReports.report(id, report, sinceSentMs);
    },

    search: createVerificationSearch(dependencies.client, digests, calls, states),
    temporalFault: calls.temporalFault,
    idle: states.idle,
  };

  async function readState(id: TenantVerificationId): Promise<VerificationState> {
    const readSince = performance.now();
    const state = await states.read(id);
    deliveryReports.noteState(id, state, readSince);
    return state;
  }

  function submissionOf({ tenantId, workflowId, nonce }: TenantVerificationId, code: string): Submission {
    return { tenantId, nonce, digits: code.length, tags: deriveTags(keyRing, { workflowId, nonce }, code) };
  }
}

function fromTenant({ tenantId, nonce }: TenantVerificationId): FromTenant {
  return { tenantId, nonce };
}

function parseRef({ tenantId, id: publicId }: VerificationRef): TenantVerificationId {
  const id = parseVerificationId(publicId);
  if (!id) throw new VerificationError({ code: 'not_found' });
  return { ...id, tenantId };
}

/** Copies only the fields that callers may see: not the nonce, and not the ledger. */
function toView(id: VerificationId, state: VerificationState): IdentifiedView {
  const { phoneNumber, status, attemptsRemaining, codeLength, windowMs } = state;
  const { createdAt, expiresAt, endedAt, error, messagesAt, nextResendAt, updatedAt, cancelReason } = state;
  return {
    id: formatVerificationId(id),
    phoneNumber,
    status,
    attemptsRemaining,
    codeLength,
    windowMs,
    createdAt,
    expiresAt,
    endedAt,
    error,
    messageInFlight: status === 'sending' || state.messageInFlightSince !== null,
    messagesAt,
    nextResendAt,
    updatedAt,
    cancelReason,
  };
}
