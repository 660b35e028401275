import { z } from 'zod';
import { ledgerAfter } from '../domain/ledger';
import { statuses } from '../domain/types';
import type { VerificationResult, VerificationState } from '../workflows/definitions';

// The data that the service stores in Temporal. It is parsed like all data from outside.

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
  codeTag: z.string().optional(),
});

const storedMemoSchema = z.object({ verification: memoSchema });

const errorSchema = z.object({ code: z.string(), message: z.string() });

const stateSchema = z.object({
  tenantId: z.string(),
  nonce: z.string(),
  phoneNumber: z.string(),
  status: z.enum(statuses),
  attemptsRemaining: z.number(),
  codeLength: z.number(),
  windowMs: z.number(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  error: errorSchema.nullable(),
  messagesAt: z.array(z.string()).readonly().default([]),
  nextResendAt: z.string().nullable().default(null),
  updatedAt: z.string(),
  cancelReason: z.string().nullable(),
  messageInFlightSince: z.string().nullable(),
  acceptedMessages: z.array(z.number()).readonly().optional(),
  failedMessages: z
    .array(z.object({ index: z.number(), error: errorSchema }))
    .readonly()
    .optional(),
});

const resultSchema = stateSchema.extend({ ledger: ledgerSchema });

/**
 * A run's memo, which can be read without a worker and without a result. `idempotencyDigest` is the digest of caller
 * and Idempotency-Key, `requestDigest` that of the other fields of the request. Both are absent without a key. `codeTag`
 * is the tag of a code that the caller has chosen.
 */
export type VerificationMemo = z.infer<typeof memoSchema>;

/** In one field: Temporal encrypts each field on its own. */
export function storedMemo(memo: VerificationMemo): Record<string, unknown> {
  return { verification: memo };
}

/** @throws ZodError if it is not the memo of a run that this service started. */
export function parseMemo(memo: unknown): VerificationMemo {
  return storedMemoSchema.parse(memo).verification;
}

/** @throws ZodError if it is not the result of a run that this service started. */
export function parseResult(result: unknown): VerificationResult {
  return resultSchema.parse(result);
}

/** The state of a run before its first workflow task. */
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
    messagesAt: [],
    nextResendAt: null,
    updatedAt: createdAt,
    cancelReason: null,
    messageInFlightSince: null,
  };
}

/**
 * The result of a run that closed without a result: an operator terminated it (`canceled`), or it was stuck until its
 * run time-out (`expired`). It is unknown what the run did. For the number's next verification, this assumes that every
 * attempt failed and that one message was sent.
 */
export function assumedResult(
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
