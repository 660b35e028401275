import type { DeliveryReport } from '../domain/types';
import type { Addressed, CancelRequest, Submission } from './messages';

// Whoever may write to the namespace can send a workflow anything, also nothing. An error thrown at it would fail the
// workflow's task for ever, so each reader returns undefined for what it can't read, and its handler drops that.

export function readAddressed(message: unknown): Addressed | undefined {
  return isRecord(message) && typeof message.nonce === 'string' ? { nonce: message.nonce } : undefined;
}

export function readSubmission(message: unknown): Submission | undefined {
  const addressed = readAddressed(message);
  if (!addressed || !isRecord(message)) return undefined;
  const { digits, tags } = message;
  if (typeof digits !== 'number' || !Array.isArray(tags) || !tags.every(isString)) return undefined;
  return { ...addressed, digits, tags };
}

export function readCancelRequest(message: unknown): CancelRequest | undefined {
  const addressed = readAddressed(message);
  if (!addressed || !isRecord(message)) return undefined;
  return { ...addressed, reason: isString(message.reason) ? message.reason : null };
}

export function readDeliveryReport(message: unknown): (Addressed & DeliveryReport) | undefined {
  const addressed = readAddressed(message);
  if (!addressed || !isRecord(message) || !isString(message.sid)) return undefined;
  const { sid, failure } = message;
  if (failure === null) return { ...addressed, sid, failure };
  if (!isRecord(failure) || !isString(failure.code) || !isString(failure.message)) return undefined;
  return { ...addressed, sid, failure: { code: failure.code, message: failure.message } };
}

/** Whether a run can begin with it at all. What it holds is the API's own, which encryption and access rules protect. */
export function isReadableInput(input: unknown): boolean {
  return isRecord(input) && isString(input.nonce) && isRecord(input.policy) && isRecord(input.ledger);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
