import type { ErrorCode } from '../../domain/refusals';

interface Entry {
  readonly status: number;
  /** A sentence for the caller: what is wrong, or what to do. */
  readonly detail: string;
}

/** The HTTP status and the sentence of every error. */
export const problemCatalogue: Readonly<Record<ErrorCode, Entry>> = {
  invalid_request: { status: 400, detail: 'The request is not valid.' },
  invalid_phone_number: {
    status: 400,
    detail:
      'This is not a valid phone number. Check its digits, and send it in international E.164 format, for example ' +
      '+14255550123.',
  },
  invalid_code: {
    status: 400,
    detail: 'The code does not have the right number of digits. No attempt was used.',
  },
  unauthorized: { status: 401, detail: 'Send a valid API key as "Authorization: Bearer <key>".' },
  forbidden: { status: 403, detail: 'This request is not allowed.' },
  not_found: { status: 404, detail: 'Not found. Check the id and the path.' },
  method_not_allowed: {
    status: 405,
    detail: 'This path does not support this method. The Allow header lists the methods that it supports.',
  },
  verification_in_progress: {
    status: 409,
    detail: 'This number has an open verification. Try again after it has ended.',
  },
  verification_ended: { status: 410, detail: 'This verification has ended. Start a new one.' },
  idempotency_key_reused: {
    status: 422,
    detail: 'This Idempotency-Key was used for another request. Use a new key.',
  },
  resend_too_soon: { status: 429, detail: 'The last message was sent a short time ago. Try again later.' },
  resend_limit_reached: { status: 429, detail: 'This verification can send no more messages.' },
  unsupported_phone_number: {
    status: 422,
    detail: 'This service sends no messages to numbers of this type. Use a mobile number.',
  },
  country_not_allowed: { status: 422, detail: 'This service sends no messages to this country.' },
  phone_number_cooling_down: {
    status: 429,
    detail: 'This number had unsuccessful verifications. Wait before you try it again.',
  },
  rate_limited: { status: 429, detail: 'Too many requests. Try again later.' },
  unreadable_payload: { status: 422, detail: 'This payload cannot be decrypted.' },
  temporal_unavailable: { status: 503, detail: 'The service is not available at the moment. Try again.' },
  worker_unavailable: {
    status: 503,
    detail:
      'No worker answered in time. Try again. The request may still take effect: repeat a check or a resend with the same ' +
      'Idempotency-Key.',
  },
  internal_error: { status: 500, detail: 'Something went wrong on our side. Try again.' },
};

/** RFC 9110's reason phrases. */
export const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
