import { createNonce, deriveTag } from '../../crypto/code';
import type { Digests } from '../../crypto/digest';
import { MIN_UNVERIFIED_RUN_MS } from '../../domain/policy';
import { workflowIdFor } from '../ids';
import { createJoin, inProgressError, type StartOutcome } from './join';
import type { StartRunDependencies } from './start-run';
import { requestDigest } from '../request-digest';
import type { RunStates } from '../state/run-states';
import { createStartOrFind, type StartJob } from './start-or-find';
import { createStartQueue } from './start-queue';
import type { Idempotency, StartRequest } from './start-request';
import type { WorkflowCalls } from '../workflow-calls';

export interface StartDependencies extends StartRunDependencies {
  readonly digests: Digests;
}

export type Started = Extract<StartOutcome, { readonly state: unknown }>;

/** How long a start waits for an open run that has ended and is about to close. */
const CLOSING_TIMEOUT_MS = MIN_UNVERIFIED_RUN_MS + 1_000;

export function createStart(dependencies: StartDependencies, calls: WorkflowCalls, states: RunStates) {
  const { digests, keyRing } = dependencies;
  const startOrFind = createStartOrFind(dependencies, calls, states);
  const runInTurn = createStartQueue();
  const join = createJoin(states, keyRing);

  /**
   * @throws VerificationError `verification_in_progress`, `phone_number_cooling_down`, `rate_limited`,
   * `idempotency_key_reused`, `temporal_unavailable`; with `mayJoin` also `verification_ended` and `invalid_request`
   * (see join.ts); and what `countRequest` and `reserveMessage` throw
   */
  return async function start(request: StartRequest & Idempotency): Promise<Started> {
    const job = newJob(request);
    const { workflowId } = job;
    const closingDeadline = performance.now() + CLOSING_TIMEOUT_MS;
    try {
      let found = await runInTurn(workflowId, async () => {
        await request.countRequest();
        return startOrFind(job);
      });
      // Outside the queue: so many requests share one query of the run's state.
      let result = await join(found, job);
      while (result.outcome === 'closing') {
        const leftMs = closingDeadline - performance.now();
        if (leftMs <= 0 || !states.mayWait(result.id)) throw inProgressError(Date.now());
        await states.waitForEnd(result.id, leftMs);
        found = await runInTurn(workflowId, () => startOrFind(job));
        result = await join(found, job);
      }
      if (result.outcome !== 'started') await job.reservation?.cancel();
      return result;
    } catch (error) {
      if (!job.mayHaveStarted) await job.reservation?.cancel();
      throw error;
    }
  };

  function newJob(request: StartRequest & Idempotency): StartJob {
    const { tenant, phoneNumber, caller, idempotencyKey, clientIp, customCode, wording } = request;
    const workflowId = workflowIdFor(digests.phoneNumber(tenant.id, phoneNumber));
    const nonce = createNonce();
    return {
      request,
      workflowId,
      memo: {
        tenantId: tenant.id,
        nonce,
        phoneNumber,
        createdAt: new Date().toISOString(),
        ...(customCode !== undefined && {
          codeTag: deriveTag(keyRing.first, { workflowId, nonce }, customCode),
        }),
        ...(idempotencyKey !== undefined && {
          idempotencyDigest: digests.idempotencyKey('start', caller, idempotencyKey),
          requestDigest: requestDigest(digests, { clientIp, wording }),
        }),
      },
      reservation: undefined,
      mayHaveStarted: false,
    };
  }
}
