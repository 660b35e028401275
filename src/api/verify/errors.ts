import { VerificationError, type Refusal } from '../../domain/refusals';
import type { DeliveryError } from '../../domain/types';
import { callingCodeOf } from '../../numbers/phone-number';
import { NAMED_LIMIT_PREFIX } from '../../limits/limits';

/** An error in the words of Twilio Verify's API. Its clients act on the code, the status and sometimes the message. */
export class VerifyApiError extends Error {
  override readonly name = 'VerifyApiError';

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** What a request was about, for messages that repeat it. */
export interface RequestFacts {
  /** The path without `/v2`. */
  readonly path: string;
  /** The form's `To`, as it was received. */
  readonly to: string;
}

const MAX_SEND_ATTEMPTS = 'Max send attempts reached';

/** `reason`: a sentence after Twilio's message, for people. Clients act on the code. */
export function invalidParameter(name: string, reason?: string): VerifyApiError {
  const message = `Invalid parameter: ${name}`;
  return new VerifyApiError(400, 60200, reason === undefined ? message : `${message}. ${reason}`);
}

/** For a client that sends JSON, as other APIs expect. */
export function notAForm(): VerifyApiError {
  const message = 'Invalid body: send a form, with Content-Type: application/x-www-form-urlencoded';
  return new VerifyApiError(400, 60200, message);
}

/** Some clients parse the number from this message. */
export function invalidTo(to: string): VerifyApiError {
  return new VerifyApiError(400, 60200, `Invalid parameter \`To\`: ${to}`);
}

export function notFound(path: string): VerifyApiError {
  return new VerifyApiError(404, 20404, `The requested resource ${path} was not found`);
}

/** Turns any error into one of this API. An unforeseen error becomes a 500 that does not name its cause. */
export function toVerifyError(error: unknown, facts: RequestFacts): VerifyApiError {
  if (error instanceof VerifyApiError) return error;
  if (error instanceof VerificationError) return ofRefusal(error.refusal, facts);
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500) return unreadable(status);
  return new VerifyApiError(500, 20500, 'Internal Server Error');
}

function ofRefusal(refusal: Refusal, { path, to }: RequestFacts): VerifyApiError {
  const retryAfter = retryAfterHeader(refusal);
  switch (refusal.code) {
    case 'unauthorized':
      return new VerifyApiError(401, 20003, 'Authenticate', {
        'www-authenticate': 'Basic realm="Twilio API"',
      });
    case 'invalid_phone_number':
      return invalidTo(to);
    case 'invalid_code':
      return invalidParameter('Code');
    case 'invalid_request':
      return unreadable(400);
    case 'idempotency_key_reused':
      return invalidParameter('Idempotency-Key', 'It was used for a request with other fields.');
    case 'unsupported_phone_number':
      return landline();
    case 'country_not_allowed':
      return blockedCountry(to);
    case 'resend_limit_reached':
      return ofResendLimit(refusal);
    case 'phone_number_cooling_down':
      return new VerifyApiError(429, 60203, MAX_SEND_ATTEMPTS, retryAfter);
    case 'resend_too_soon':
    case 'verification_in_progress':
      return tooManyAtOnce(retryAfter);
    case 'rate_limited':
      return ofLimit(refusal);
    case 'verification_ended':
      return refusal.verificationStatus === 'max_attempts_reached' && refusal.retryAfterSeconds !== undefined
        ? new VerifyApiError(429, 60202, 'Max check attempts reached', retryAfter)
        : notFound(path);
    case 'not_found':
      return notFound(path);
    case 'method_not_allowed':
      return new VerifyApiError(405, 20004, 'Method not allowed');
    case 'temporal_unavailable':
    case 'worker_unavailable':
      return new VerifyApiError(503, 20503, 'Service is unavailable. Please try again', retryAfter);
    case 'forbidden':
      return new VerifyApiError(403, 20403, 'Forbidden');
    case 'unreadable_payload':
    case 'internal_error':
      return new VerifyApiError(500, 20500, 'Internal Server Error');
  }
}

/** After the end of the window, a create starts another verification. */
function ofResendLimit({ windowEndsInSeconds }: Refusal): VerifyApiError {
  if (windowEndsInSeconds === undefined) return new VerifyApiError(429, 60203, MAX_SEND_ATTEMPTS);
  return tooManyAtOnce(retryAfterHeader({ retryAfterSeconds: windowEndsInSeconds }));
}

function tooManyAtOnce(headers: Readonly<Record<string, string>>): VerifyApiError {
  return new VerifyApiError(429, 60212, 'Too many concurrent requests for phone number', headers);
}

function ofLimit(refusal: Refusal): VerifyApiError {
  const headers = retryAfterHeader(refusal);
  // The limit of messages to one number.
  if (refusal.limit === 'number') return new VerifyApiError(429, 60203, MAX_SEND_ATTEMPTS, headers);
  return new VerifyApiError(429, 20429, 'Too many requests', {
    ...headers,
    ...(refusal.limit !== undefined && {
      'twilio-reached-rate-limit': refusal.limit.replace(NAMED_LIMIT_PREFIX, ''),
    }),
  });
}

function retryAfterHeader({ retryAfterSeconds }: Pick<Refusal, 'retryAfterSeconds'>): Record<string, string> {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}

/** Some clients recognize the error by both sentences. */
function blockedCountry(to: string): VerifyApiError {
  return new VerifyApiError(
    403,
    60605,
    'The destination phone number has been blocked by Verify Geo-Permissions. ' +
      `${callingCodeOf(to) ?? to} is blocked for sms channel for all services`,
  );
}

function unreadable(status: number): VerifyApiError {
  return new VerifyApiError(status, 20422, 'The request could not be read');
}

function landline(): VerifyApiError {
  return new VerifyApiError(403, 60205, 'SMS is not supported by landline phone number');
}

/** The provider's codes for a number that gets no SMS. */
const LANDLINE_CODES: readonly string[] = ['21614', '30006'];

/** Twilio's words for the provider's codes that clients recognize by their message. */
const providerMessages: Readonly<Record<string, (to: string) => string>> = {
  21211: (to) => `The 'To' number ${to} is not a valid phone number.`,
  21408: (to) =>
    `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}`,
  21610: () => 'Attempt to send to unsubscribed recipient',
};

/** The provider's codes about a recipient. All others are about the operator's account. */
const RECIPIENT_CODE = /^(21(211|408|610|612|614)|3000[3-8])$/;
/** The operator's trial account may only send to numbers that the operator has verified. */
const UNVERIFIED_NUMBER = '21608';
/** The text is too long. The caller determines only the values of the template's placeholders. */
const TOO_LONG = '21617';
/** An operator must act, or the provider must recover. */
const RETRY_AFTER_PROVIDER_FAULT_SECONDS = 30;

/** The error of a create whose message the provider refused. */
export function messageRefused({ code, message }: DeliveryError, to: string): Error {
  if (LANDLINE_CODES.includes(code)) return landline();
  if (RECIPIENT_CODE.test(code))
    return new VerifyApiError(400, Number(code), providerMessages[code]?.(to) ?? message);
  if (code === UNVERIFIED_NUMBER) return new VerifyApiError(403, Number(code), message);
  if (code === TOO_LONG)
    return invalidParameter('TemplateCustomSubstitutions', 'With these values, the message is too long.');
  return new VerificationError({
    code: 'worker_unavailable',
    retryAfterSeconds: RETRY_AFTER_PROVIDER_FAULT_SECONDS,
    reason: `The SMS provider did not take the message: ${code}`,
  });
}
