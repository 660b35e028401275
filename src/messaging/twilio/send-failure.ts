import { deliveryError } from './delivery-errors';
import { failureReason } from './failure-reason';
import { type HttpClient, NOT_CONNECTED } from './http-client';
import { operatorAdvice } from './operator-advice';
import type { SendResult } from '../sender';

const UNAUTHORIZED = 401;
const TOO_MANY_REQUESTS = 429;
/** Twilio's code for wrong credentials. */
const REFUSED_CREDENTIALS_CODE = 20003;

/** What an error of the official client's create call means. */
export function sendFailure(error: unknown, httpClient: HttpClient): SendResult {
  const reason = failureReason(error, httpClient);
  const { lastResponse } = httpClient;
  if (lastResponse === undefined) {
    const isConnected = !(error instanceof Error && 'code' in error && error.code === NOT_CONNECTED);
    return isConnected
      ? { result: 'unknown', reason }
      : { result: 'not_created', reason, retryAfterMs: undefined };
  }
  const { statusCode: status } = lastResponse;
  if (status === TOO_MANY_REQUESTS)
    return { result: 'not_created', reason, retryAfterMs: retryAfterMs(lastResponse.headers) };
  // Whatever refuses the credentials has not created a text, in whatever form it says so.
  const code = status === UNAUTHORIZED ? REFUSED_CREDENTIALS_CODE : twilioCode(error);
  if (status >= 400 && status < 500 && code !== undefined)
    return { result: 'refused', error: deliveryError(code), advice: operatorAdvice(code) };
  return { result: 'unknown', reason };
}

/** Undefined for an answer that isn't Twilio's, such as a proxy's page. */
export function twilioCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); Twilio sends no dates in it. */
function retryAfterMs(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null || !('retry-after' in headers)) return undefined;
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
