import { isGrpcServiceError } from '@temporalio/client';
import type { Config } from './config/config';
import { grpcCode, isNoWorker, UNAVAILABLE } from './temporal/grpc-errors';

/** Where an operator's command looks, in words. */
export function temporalPlace({ temporal }: Config): string {
  return `${temporal.connection.address}, namespace ${temporal.namespace}`;
}

/** Why an operator's command failed, in words. */
export function failureReason(error: unknown, config: Config): string {
  if (!isGrpcServiceError(error)) return error instanceof Error ? error.message : 'unforeseen failure';
  if (isNoWorker(error) || grpcCode(error) === UNAVAILABLE) {
    return `Temporal can't be reached at ${temporalPlace(config)} (TEMPORAL_ADDRESS)`;
  }
  return `Temporal at ${temporalPlace(config)} refused: ${error.details}`;
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
