import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';

/** The failures that another attempt may mend. Everything else is final: a blind repeat could be a second message. */
const NOT_CREATED = 'NotCreated';
const DELIVERY_UNKNOWN = 'DeliveryUnknown';

/** Whoever logs one of these needs no stack trace: the message says what happened. */
export const EXPECTED_FAILURES: readonly string[] = [NOT_CREATED, DELIVERY_UNKNOWN];

/** The provider has no message of this attempt's. The message is for operators, as are the reasons below. */
export function notCreated(message: string, retryAfterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: NOT_CREATED,
    message,
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
  });
}

/** The provider may have the message: the next attempt looks. */
export function deliveryUnknown(reason: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: DELIVERY_UNKNOWN,
    message: `The SMS provider did not say whether it took the message: ${reason}`,
  });
}

/** Turns what nobody foresaw into a final failure that says nothing of its cause, which may hold a number. */
export function retryableOnly(error: unknown, { log }: Context): Error {
  if (error instanceof CancelledFailure) return error;
  if (error instanceof ApplicationFailure && EXPECTED_FAILURES.includes(error.type ?? '')) return error;
  log.error('Text not sent for an unforeseen reason', {
    reason: error instanceof Error ? error.name : typeof error,
  });
  return ApplicationFailure.nonRetryable('The message was not sent', 'Unforeseen');
}
