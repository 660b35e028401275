import { isGrpcServiceError } from '@temporalio/client';
import { isNoWorker, isUnavailable } from './temporal/grpc-errors';
import type { OperatorConfig } from './config/operator-config';
import { VerificationError } from './domain/refusals';
import { acceptedPhoneNumber, type NumberRules, type PhoneNumber } from './numbers/phone-number';
import { runMain } from './run-main';

/** An operator names numbers that were accepted earlier, whatever the rules are today. */
const ANY_NUMBER: NumberRules = {
  allowedCountries: undefined,
  phoneNumberCheck: 'possible',
  testNumbers: [],
};

/**
 * Runs an operator's command, as `runMain` does. The command goes on if the reader of its output ends first, as in
 * `npm run forget -- +1… | head -1`: an erasure must not stop halfway.
 */
export function runOperatorCommand(name: string, command: () => Promise<void>): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  runMain(name, command);
}

/** For a number without runs at these tenants. */
export function noRunFound(tenantIds: readonly string[]): string {
  return (
    `no run found at these tenants: ${tenantIds.join(', ')}. ` +
    'Runs of other tenants (TENANTS_FILE) or of another PHONE_DIGEST_KEY are not found.'
  );
}

/** What is wrong with the arguments of a command, for the operator. */
export interface ArgumentFaults {
  readonly none: string;
  /** Completes the sentence `argument 2 of 3 …`. */
  readonly invalid: string;
}

/**
 * Parses each argument of a command. `parse` returns undefined for an invalid one.
 * @throws Error with the positions of invalid arguments. It does not repeat them: they may be phone numbers.
 */
export function parseArguments<T>(
  args: readonly string[],
  parse: (arg: string) => T | undefined,
  faults: ArgumentFaults,
): T[] {
  if (args.length === 0) throw new Error(faults.none);
  const parsed = args.map(parse);
  const invalid = parsed.flatMap((value, index) => (value === undefined ? [index + 1] : []));
  if (invalid.length > 0)
    throw new Error(`argument ${invalid.join(' and ')} of ${args.length} ${faults.invalid}`);
  return parsed.filter((value) => value !== undefined);
}

/** A phone number that an operator named; undefined if it is not one. */
export function operatorNumber(text: string): PhoneNumber | undefined {
  try {
    return acceptedPhoneNumber(text, ANY_NUMBER);
  } catch (error) {
    if (error instanceof VerificationError) return undefined;
    throw error;
  }
}

/** Temporal's address and namespace, for the output of an operator's command. */
export function temporalPlace({ temporal }: OperatorConfig): string {
  return `${temporal.connection.address}, namespace ${temporal.namespace}`;
}

/** Why an operator's command failed, as a sentence. */
export function failureReason(error: unknown, config: OperatorConfig): string {
  if (!isGrpcServiceError(error)) return error instanceof Error ? error.message : 'unforeseen failure';
  if (isNoWorker(error) || isUnavailable(error)) {
    return `Temporal can't be reached at ${temporalPlace(config)} (TEMPORAL_ADDRESS)`;
  }
  return `Temporal at ${temporalPlace(config)} refused: ${error.details}`;
}

/** Prints a line to stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
