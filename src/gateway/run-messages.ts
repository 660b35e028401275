import { WorkflowNotFoundError } from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { VerificationError } from '../domain/refusals';
import { isFinal } from '../domain/types';
import type { VerificationState } from '../workflows/messages';
import type { RunStates } from './run-states';
import { parseMemo } from './stored-data';
import type { VerificationId } from './ids';
import { notFoundOr, type WorkflowCalls } from './workflow-calls';

/** How long a reason to refuse is looked for before a Signal is sent all the same. */
const QUICK_LOOK_MS = 1_000;

export type RunMessages = ReturnType<typeof createRunMessages>;

/** Messages to a verification's run. One to a run that isn't open throws `verification_ended` or `not_found`. */
export function createRunMessages(calls: WorkflowCalls, states: RunStates) {
  async function whyNotOpen(id: VerificationId, error: unknown): Promise<unknown> {
    return error instanceof WorkflowNotFoundError ? endedError(await states.read(id)) : error;
  }

  return {
    /** A repeated `updateId` gets the first outcome again. Throws the validator's refusal as a VerificationError. */
    async update<Ret, Arg>(
      id: VerificationId,
      update: UpdateDefinition<Ret, [Arg]>,
      message: Arg,
      updateId?: string,
    ): Promise<Ret> {
      try {
        return await calls.update(id, update, message, updateId);
      } catch (error) {
        throw await whyNotOpen(id, error);
      }
    },

    async signal<Arg>(id: VerificationId, signal: SignalDefinition<[Arg]>, message: Arg): Promise<void> {
      try {
        await calls.signal(id, signal, message);
      } catch (error) {
        throw await whyNotOpen(id, error);
      }
    },

    /** Its state if it is open; undefined if no worker answers in time: it is then taken for open. */
    async assertOpen(id: VerificationId): Promise<VerificationState | undefined> {
      const state = await states.readWithin(id, QUICK_LOOK_MS);
      if (state?.endedAt) throw endedError(state);
      return state;
    },

    /** How many digits its code has, by its memo: also while no worker answers. */
    async codeLengthOf(id: VerificationId): Promise<number> {
      try {
        const { memo } = await calls.call(() => calls.handleOf(id).describe());
        return parseMemo(memo).policy.codeLength;
      } catch (error) {
        throw notFoundOr(error);
      }
    },
  };
}

function endedError({ status }: VerificationState): VerificationError {
  return new VerificationError({
    code: 'verification_ended',
    ...(isFinal(status) ? { verificationStatus: status } : {}),
  });
}
