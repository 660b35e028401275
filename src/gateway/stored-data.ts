import { z } from 'zod';
import { ledgerAfter } from '../domain/ledger';
import { finalStatuses } from '../domain/types';
import type { VerificationResult, VerificationState } from '../workflows/messages';

// What the service stores in Temporal and reads back. It is parsed like anything that comes from outside.

const limitSchema = z.object({ max: z.number(), periodMs: z.number() });

const policySchema = z.object({
  codeLength: z.number(),
  windowMs: z.number(),
  maxAttempts: z.number(),
  resendIntervalMs: z.number(),
  maxResends: z.number(),
  numberLimit: limitSchema.nullable(),
});

const ledgerSchema = z.object({
  unsuccessful: z.number(),
  failedCodes: z.number(),
  lastUnsuccessfulAt: z.string().nullable(),
  messages: z.array(z.number()).readonly(),
});

const memoSchema = z.object({
  tenantId: z.string(),
  nonce: z.string(),
  phoneNumber: z.string(),
  createdAt: z.string(),
  policy: policySchema,
  ledger: ledgerSchema,
  idempotencyDigest: z.string().optional(),
  requestDigest: z.string().optional(),
});

const stateSchema = z.object({
  tenantId: z.string(),
  nonce: z.string(),
  phoneNumber: z.string(),
  status: z.enum(['sending', 'pending', ...finalStatuses]),
  attemptsRemaining: z.number(),
  codeLength: z.number(),
  windowMs: z.number(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  updatedAt: z.string(),
  cancelReason: z.string().nullable(),
  messageInFlightSince: z.string().nullable(),
});

const resultSchema = stateSchema.extend({ ledger: ledgerSchema });

/**
 * What a run carries besides its history, for when no worker and no result can be asked. `idempotencyDigest` stands for
 * caller and Idempotency-Key, `requestDigest` for the rest of the request: both are absent without a key.
 */
export type VerificationMemo = z.infer<typeof memoSchema>;

/** @throws ZodError if it isn't the memo of a run that this service started. */
export function parseMemo(memo: unknown): VerificationMemo {
  return memoSchema.parse(memo);
}

/** @throws ZodError if it isn't the result of a run that this service started. */
export function parseResult(result: unknown): VerificationResult {
  return resultSchema.parse(result);
}

/** How a run stands before it has done anything. */
export function initialState(memo: VerificationMemo): VerificationState {
  const { tenantId, nonce, phoneNumber, createdAt, policy } = memo;
  return {
    tenantId,
    nonce,
    phoneNumber,
    status: 'sending',
    attemptsRemaining: policy.maxAttempts,
    codeLength: policy.codeLength,
    windowMs: policy.windowMs,
    createdAt,
    expiresAt: null,
    endedAt: null,
    error: null,
    updatedAt: createdAt,
    cancelReason: null,
    messageInFlightSince: null,
  };
}

/**
 * The result of a run that closed without writing one: an operator terminated it (`canceled`), or it was wedged until
 * its run time-out (`expired`). For the number's next verification it counts as if every attempt had failed and one
 * message had been sent, since nobody can tell.
 */
export function endedWithoutResult(
  memo: VerificationMemo,
  status: 'canceled' | 'expired',
  closedAt: Date,
): VerificationResult {
  const endedAt = closedAt.toISOString();
  const { maxAttempts, numberLimit } = memo.policy;
  const outcome = { status, failedCodes: maxAttempts, messages: [Date.parse(memo.createdAt)], endedAt };
  return {
    ...initialState(memo),
    status,
    attemptsRemaining: 0,
    endedAt,
    updatedAt: endedAt,
    ledger: ledgerAfter(memo.ledger, outcome, numberLimit),
  };
}
