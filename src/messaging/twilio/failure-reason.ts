import {
  CALL_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  MAX_RESPONSE_BYTES,
  NOT_CONNECTED,
  RESPONSE_TIMEOUT_MS,
  type HttpClient,
} from './http-client';

/**
 * Why a call failed, for operators: a system error or an HTTP status, and the host. It contains nothing else from the
 * request or the response, whose URL, bodies and headers contain the phone number, the code and the credentials.
 */
export function failureReason(error: unknown, { host, lastResponse }: HttpClient): string {
  if (lastResponse !== undefined) {
    const { statusCode } = lastResponse;
    return statusCode < 300
      ? `an unreadable answer (HTTP ${statusCode}) from ${host}`
      : `HTTP ${statusCode} from ${host}`;
  }
  const code = errorCode(error);
  switch (code) {
    case NOT_CONNECTED:
      return notConnectedReason(error, host);
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return `no answer in ${RESPONSE_TIMEOUT_MS / 1000} s from ${host}`;
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return `an answer of more than ${MAX_RESPONSE_BYTES / 1024 / 1024} MiB from ${host}`;
    case undefined:
      return property(error, 'name') === 'TimeoutError'
        ? `no complete answer in ${CALL_TIMEOUT_MS / 1000} s from ${host}`
        : `no answer from ${host}`;
    default:
      return `${code} at ${host}`;
  }
}

function notConnectedReason(error: unknown, host: string): string {
  const code = errorCode(property(error, 'cause'));
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `no connection in ${CONNECT_TIMEOUT_MS / 1000} s to ${host}`;
  return code === undefined ? `no connection to ${host}` : `${code} at ${host}`;
}

/** A code in the form that Node, OpenSSL and undici use. Anything else could be content from the provider. */
function errorCode(error: unknown): string | undefined {
  const code = property(error, 'code');
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
