import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';

/** Types of failures after which Temporal retries. All others are final: a retry could send a second message. */
const NOT_CREATED = 'NotCreated';
const DELIVERY_UNKNOWN = 'DeliveryUnknown';

/** The logger writes no stack trace for these, since their message says what happened. */
export const EXPECTED_FAILURES: readonly string[] = [NOT_CREATED, DELIVERY_UNKNOWN];

/** This attempt created no message at the provider. `message` is for operators. */
export function notCreatedFailure(message: string, retryAfterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: NOT_CREATED,
    message,
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
  });
}

/** The provider may have created the message: the next attempt searches for it. `reason` is for operators. */
export function deliveryUnknownFailure(reason: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: DELIVERY_UNKNOWN,
    message: `The SMS provider did not say whether it accepted the message: ${reason}`,
  });
}

/**
 * Returns expected failures and cancellations unchanged. Turns any other error into a final failure without its cause,
 * which may contain a phone number.
 */
export function sanitizedFailure(error: unknown, { log }: Context): Error {
  if (error instanceof CancelledFailure) return error;
  if (error instanceof ApplicationFailure && EXPECTED_FAILURES.includes(error.type ?? '')) return error;
  log.error('Message not sent for an unforeseen reason', {
    reason: error instanceof Error ? error.name : typeof error,
  });
  return ApplicationFailure.nonRetryable('The message was not sent', 'Unforeseen');
}
