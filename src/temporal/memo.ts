import { z } from 'zod';
import { ledgerAfter } from '../domain/ledger';
import type { VerificationResult } from '../workflows/messages';

const memoSchema = z.object({
  nonce: z.string(),
  phoneNumber: z.string(),
  createdAt: z.string(),
  maxAttempts: z.number(),
  ledger: z.object({
    unsuccessful: z.number(),
    failedCodes: z.number(),
    lastUnsuccessfulAt: z.string().nullable(),
  }),
  starter: z.string().optional(),
  fields: z.string().optional(),
});

/**
 * What a run carries besides its history, for when no worker and no result can be asked. `starter` is the digest of
 * caller and Idempotency-Key, `fields` that of what else was asked for: both absent without a key.
 */
export type VerificationMemo = z.infer<typeof memoSchema>;

/** @throws if it isn't the memo of a run that this service started. */
export function parseMemo(memo: unknown): VerificationMemo {
  return memoSchema.parse(memo);
}

/**
 * A run that an operator terminated has written no result. To its caller it was canceled; for the number's next one it
 * counts as if every attempt had failed, since nobody can tell.
 */
export function endedWithoutResult(memo: VerificationMemo, closedAt: Date): VerificationResult {
  const endedAt = closedAt.toISOString();
  const outcome = { status: 'canceled', failedCodes: memo.maxAttempts, texted: true, endedAt } as const;
  return {
    nonce: memo.nonce,
    phoneNumber: memo.phoneNumber,
    status: 'canceled',
    attemptsRemaining: 0,
    createdAt: memo.createdAt,
    expiresAt: null,
    endedAt,
    error: null,
    updatedAt: endedAt,
    cancelReason: null,
    textInFlightSince: null,
    ledger: ledgerAfter(memo.ledger, outcome),
  };
}
