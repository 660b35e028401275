import { deliveryError, isTwilioCode } from './delivery-errors';
import { failureReason } from './failure-reason';
import { type HttpClient, NOT_CONNECTED } from './http-client';
import { operatorAdvice } from './operator-advice';
import type { SendResult } from '../sender';

const UNAUTHORIZED = 401;
const TOO_MANY_REQUESTS = 429;
/** Twilio's code for wrong credentials. */
const REFUSED_CREDENTIALS_CODE = 20003;

/** Turns an error of the official client's create call into a result. */
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
  // With 401 no message was created, even if the body is not Twilio's.
  const code = status === UNAUTHORIZED ? REFUSED_CREDENTIALS_CODE : twilioCode(error);
  if (status >= 400 && status < 500 && code !== undefined)
    return { result: 'refused', error: deliveryError(code), advice: operatorAdvice(code) };
  return { result: 'unknown', reason };
}

/** Twilio's error code; undefined if the response is not Twilio's, such as a proxy's error. */
export function twilioCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && isTwilioCode(code) ? code : undefined;
}

/** `Retry-After` in milliseconds (RFC 9110 §10.2.3). Dates are not supported, since Twilio sends seconds. */
function retryAfterMs(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null || !('retry-after' in headers)) return undefined;
  const seconds = Number(headers['retry-after']);
  // With a delay of 0, Temporal would not try again at all.
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
