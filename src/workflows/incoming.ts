import { isDeliveryErrorCode } from '../domain/delivery-errors';
import type { DeliveryError, DeliveryReport, SendOutcome, WordingChoice } from '../domain/types';
import type {
  Addressed,
  CancelRequest,
  FromTenant,
  RequestIdentity,
  ResendRequest,
  Submission,
} from './definitions';

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
  const isCount = digits === null || typeof digits === 'number';
  if (!isCount || !Array.isArray(tags) || !tags.every(isString)) return undefined;
  return { ...from, digits, tags };
}

export function readResendRequest(message: unknown): ResendRequest | undefined {
  const from = readFromTenant(message);
  if (!from || !isRecord(message)) return undefined;
  const request = readRequestIdentity(message.request);
  return {
    ...from,
    wording: readWording(message.wording),
    joins: message.joins === true,
    onlyRepeat: message.onlyRepeat === true,
    ...(request && { request }),
  };
}

function readRequestIdentity(value: unknown): RequestIdentity | undefined {
  if (!isRecord(value) || !isString(value.id) || !isString(value.fieldsDigest)) return undefined;
  return { id: value.id, fieldsDigest: value.fieldsDigest };
}

function readWording(value: unknown): WordingChoice | undefined {
  if (!isRecord(value)) return undefined;
  const { templateSid, locale, name, appHash, substitutions } = value;
  return {
    ...(isString(templateSid) && { templateSid }),
    ...(isString(locale) && { locale }),
    ...(isString(name) && { name }),
    ...(isString(appHash) && { appHash }),
    ...(isTextRecord(substitutions) && { substitutions }),
  };
}

export function readCancelRequest(message: unknown): CancelRequest | undefined {
  const from = readFromTenant(message);
  if (!from || !isRecord(message)) return undefined;
  return { ...from, reason: isString(message.reason) ? message.reason : null };
}

export function readDeliveryReport(message: unknown): (Addressed & DeliveryReport) | undefined {
  if (!isRecord(message) || !isString(message.nonce) || !isString(message.sid)) return undefined;
  const { nonce, sid, failure, messageIndex } = message;
  const report = { nonce, sid, ...(typeof messageIndex === 'number' && { messageIndex }) };
  if (failure === null) return { ...report, failure };
  const error = readDeliveryError(failure);
  return error && { ...report, failure: error };
}

/** The activity's result. Anyone who can write to the namespace can complete an activity in its place. */
export function readSendOutcome(value: unknown): SendOutcome | undefined {
  if (!isRecord(value)) return undefined;
  const { outcome, sid, acceptedAt } = value;
  if (outcome === 'failed') {
    const error = readDeliveryError(value.error);
    return error && { outcome, error };
  }
  if (typeof acceptedAt !== 'number' || !Number.isFinite(acceptedAt)) return undefined;
  if (outcome === 'not_sent') return { outcome, acceptedAt };
  if (outcome !== 'accepted' || !isString(sid)) return undefined;
  return { outcome, sid, acceptedAt, ...(value.possibleDuplicate === true && { possibleDuplicate: true }) };
}

function readDeliveryError(value: unknown): DeliveryError | undefined {
  if (!isRecord(value) || !isString(value.code) || !isString(value.message)) return undefined;
  if (!isDeliveryErrorCode(value.code)) return undefined;
  return { code: value.code, message: value.message };
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

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every(isString);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
