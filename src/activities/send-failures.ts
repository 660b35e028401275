import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';
import { NOTHING_SENT } from '../domain/delivery-errors';
import { mayHaveBeenSent } from './earlier-tries';

/** Types of failures after which Temporal retries. All others are final: a retry could send a second message. */
const NOT_CREATED = 'NotCreated';
const DELIVERY_UNKNOWN = 'DeliveryUnknown';

/** The logger writes no stack trace for these, since their message says what happened. */
export const EXPECTED_FAILURES: readonly string[] = [NOTHING_SENT, NOT_CREATED, DELIVERY_UNKNOWN];

/**
 * This try created no message at the provider. If no earlier one may have, the next try need not search for a
 * message. `message` is for operators. `nextRetryDelay`: in milliseconds; by default, that of the retry policy.
 */
export function notSentFailure(
  context: Context,
  message: string,
  nextRetryDelay?: number,
): ApplicationFailure {
  const isNothingSent = !mayHaveBeenSent(context);
  // The last heartbeat details are sent with the failure. The next try reads them.
  if (isNothingSent) context.heartbeat({ nothingSentUpToAttempt: context.info.attempt });
  return ApplicationFailure.create({
    type: isNothingSent ? NOTHING_SENT : NOT_CREATED,
    message,
    ...(nextRetryDelay !== undefined && { nextRetryDelay }),
  });
}

/** The provider may have created the message: the next try searches for it. `reason` is for operators. */
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
