import { z } from 'zod';
import type { VerificationState } from '../workflows/messages';

const memoSchema = z.object({
  nonce: z.string(),
  phoneNumber: z.string(),
  createdAt: z.string(),
  starter: z.string().optional(),
});

/**
 * What a run carries besides its history, for when no worker and no result can be asked. `starter` is the digest of
 * caller and Idempotency-Key, absent without a key.
 */
export type VerificationMemo = z.infer<typeof memoSchema>;

/** @throws if it isn't the memo of a run that this service started. */
export function parseMemo(memo: unknown): VerificationMemo {
  return memoSchema.parse(memo);
}

/** A run that an operator terminated has written no result: to its caller it was canceled. */
export function endedWithoutResult(memo: VerificationMemo, endedAt: Date): VerificationState {
  return {
    nonce: memo.nonce,
    phoneNumber: memo.phoneNumber,
    status: 'canceled',
    attemptsRemaining: 0,
    createdAt: memo.createdAt,
    expiresAt: null,
    endedAt: endedAt.toISOString(),
    error: null,
    updatedAt: endedAt.toISOString(),
    cancelReason: null,
    textInFlightSince: null,
  };
}
