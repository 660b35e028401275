import type { DeliveryReport } from '../domain/types';
import type { Addressed, CancelRequest, FromTenant, Submission } from './messages';

// Anyone who can write to the namespace can send a workflow any value, or none. An error in a Signal handler would make
// the workflow's task fail again and again. So each reader returns undefined for an invalid value, and the handler
// ignores it.

export function readFromTenant(message: unknown): FromTenant | undefined {
  if (!isRecord(message) || !isString(message.nonce) || !isString(message.tenantId)) return undefined;
  return { nonce: message.nonce, tenantId: message.tenantId };
}

export function readSubmission(message: unknown): Submission | undefined {
  const from = readFromTenant(message);
  if (!from || !isRecord(message)) return undefined;
  const { digits, tags } = message;
  if (typeof digits !== 'number' || !Array.isArray(tags) || !tags.every(isString)) return undefined;
  return { ...from, digits, tags };
}

export function readCancelRequest(message: unknown): CancelRequest | undefined {
  const from = readFromTenant(message);
  if (!from || !isRecord(message)) return undefined;
  return { ...from, reason: isString(message.reason) ? message.reason : null };
}

export function readDeliveryReport(message: unknown): (Addressed & DeliveryReport) | undefined {
  if (!isRecord(message) || !isString(message.nonce) || !isString(message.sid)) return undefined;
  const { nonce, sid, failure } = message;
  if (failure === null) return { nonce, sid, failure };
  if (!isRecord(failure) || !isString(failure.code) || !isString(failure.message)) return undefined;
  return { nonce, sid, failure: { code: failure.code, message: failure.message } };
}

/** A minimal check of the workflow's input. The API writes it; encryption and access control protect it. */
export function isReadableInput(input: unknown): boolean {
  return (
    isRecord(input) &&
    isString(input.tenantId) &&
    isString(input.nonce) &&
    isRecord(input.policy) &&
    isRecord(input.ledger)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
