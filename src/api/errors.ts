import { errorMessages, VerificationError, type ErrorCode } from '../domain/errors';

const statusCodes: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_phone_number: 400,
  invalid_code: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  verification_in_progress: 409,
  verification_ended: 410,
  idempotency_key_reused: 422,
  resend_too_soon: 429,
  resend_limit_reached: 429,
  unsupported_phone_number: 422,
  country_not_allowed: 422,
  phone_number_cooling_down: 429,
  rate_limited: 429,
  unreadable_payload: 422,
  temporal_unavailable: 503,
  worker_unavailable: 503,
  internal_error: 500,
};

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** An error as the caller gets it: RFC 9457, with a `code` that stays the same when sentences change. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string | number>>;
}

/** Any error as a problem. One that isn't ours or Fastify's own becomes a 500 that says nothing of its cause. */
export function toProblem(error: unknown): Problem {
  if (error instanceof VerificationError) return problem(error);
  const status = statusOf(error);
  if (status === 413)
    return problem(new VerificationError({ code: 'invalid_request' }, 'The body is too large.'), 413);
  if (status === undefined || status >= 500)
    return problem(new VerificationError({ code: 'internal_error' }));
  return problem(new VerificationError({ code: 'invalid_request' }, invalidRequestDetail(error)));
}

/** `status` where HTTP has a closer one than the code's own. */
export function problem({ code, message, refusal }: VerificationError, status = statusCodes[code]): Problem {
  const { retryAfterSeconds, verificationStatus } = refusal;
  return {
    status,
    headers: {
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: {
      type: 'about:blank',
      title: titles[status] ?? 'Error',
      status,
      detail: message,
      code,
      ...(verificationStatus === undefined ? {} : { verificationStatus }),
    },
  };
}

/** Fastify's own errors carry the status that they stand for. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** What to mend, in our words or Ajv's. Neither repeats what was sent, except for a property's name: see schemaFault. */
function invalidRequestDetail(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_VALIDATION' && error instanceof Error) return `${error.message}.`;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'Send JSON, with "Content-Type: application/json".';
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError)
    return 'The body is not valid JSON.';
  return errorMessages.invalid_request;
}
