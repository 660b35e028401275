import { isGrpcServiceError } from '@temporalio/client';
import { grpcCode, isNoWorker, UNAVAILABLE } from './temporal/grpc-errors';
import type { OperatorConfig } from './config/operator-config';
import type { NumberRules } from './numbers/phone-number';

/** An operator names numbers that were accepted earlier, whatever the rules are today. */
export const ANY_NUMBER: NumberRules = {
  allowedCountries: undefined,
  phoneNumberCheck: 'possible',
  testNumbers: [],
};

/** Temporal's address and namespace, for the output of an operator's command. */
export function temporalPlace({ temporal }: OperatorConfig): string {
  return `${temporal.connection.address}, namespace ${temporal.namespace}`;
}

/** Why an operator's command failed, as a sentence. */
export function failureReason(error: unknown, config: OperatorConfig): string {
  if (!isGrpcServiceError(error)) return error instanceof Error ? error.message : 'unforeseen failure';
  if (isNoWorker(error) || grpcCode(error) === UNAVAILABLE) {
    return `Temporal can't be reached at ${temporalPlace(config)} (TEMPORAL_ADDRESS)`;
  }
  return `Temporal at ${temporalPlace(config)} refused: ${error.details}`;
}

/** Prints a line to stdout. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
