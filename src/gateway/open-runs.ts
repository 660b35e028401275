import { WorkflowNotFoundError } from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { VerificationError } from '../domain/refusals';
import { isFinal } from '../domain/types';
import type { VerificationState } from '../workflows/definitions';
import { BoundByKey } from './bound-by-key';
import { requireMatch, type RunStates } from './state/run-states';
import { initialState, parseMemo, type VerificationMemo } from './stored-data';
import type { VerificationId } from './ids';
import { notFoundOr, type WorkflowCalls } from './workflow-calls';

/** The time-out for reading the state before a Signal. After it, the Signal is sent without the check. */
const STATE_TIMEOUT_MS = 1_000;

/**
 * Temporal accepts ten Updates of a run at once and lets clients repeat the others after a growing pause: until they
 * time out, if many codes are guessed at once. So the others wait here.
 */
const UPDATES_OF_RUN = { name: 'updates-of-run', maxRunning: 5, maxAccepted: 150, maxWaitMs: 4_000 };

export type OpenRuns = ReturnType<typeof createOpenRuns>;

/** Sends Updates and Signals to open runs. For any other run they throw `verification_ended` or `not_found`. */
export function createOpenRuns(calls: WorkflowCalls, states: RunStates) {
  const updates = new BoundByKey(UPDATES_OF_RUN);

  async function endedOr(id: VerificationId, error: unknown): Promise<unknown> {
    return error instanceof WorkflowNotFoundError ? endedError(await states.read(id)) : error;
  }

  return {
    /** A repeated `updateId` returns the first outcome. Throws the validator's refusal as a VerificationError. */
    async update<Ret, Arg>(
      id: VerificationId,
      update: UpdateDefinition<Ret, [Arg]>,
      arg: Arg,
      updateId?: string,
    ): Promise<Ret> {
      try {
        return await updates.run(id.runId, () => calls.update(id, update, arg, updateId));
      } catch (error) {
        throw await endedOr(id, error);
      }
    },

    async signal<Arg>(id: VerificationId, signal: SignalDefinition<[Arg]>, arg: Arg): Promise<void> {
      try {
        await calls.signal(id, signal, arg);
      } catch (error) {
        throw await endedOr(id, error);
      }
    },

    /**
     * Throws if the run is known not to be open. If no worker answers in time, the run's memo says whose it is, which
     * needs no worker. `codeLength`: digits in the code.
     */
    async assertOpen(id: VerificationId): Promise<{ readonly codeLength: number }> {
      const state = await states.readWithin(id, STATE_TIMEOUT_MS);
      if (state?.endedAt) throw endedError(state);
      return state ?? initialState(await memoOf(id));
    },
  };

  async function memoOf(id: VerificationId): Promise<VerificationMemo> {
    try {
      const { memo } = await calls.call(() => calls.handleOf(id).describe());
      return requireMatch(id, parseMemo(memo));
    } catch (error) {
      throw notFoundOr(error);
    }
  }
}

function endedError({ status }: VerificationState): VerificationError {
  return new VerificationError({
    code: 'verification_ended',
    ...(isFinal(status) ? { verificationStatus: status } : {}),
  });
}
