import { DefaultLogger, type Logger, type LogLevel } from '@temporalio/worker';
import pino, { type Level } from 'pino';

const levels: Readonly<Record<LogLevel, Level>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

export interface WorkerLoggerOptions {
  /** Types of failures that are logged without a stack trace, since their message says what happened. */
  readonly expectedFailures: readonly string[];
}

/** Temporal's log lines as JSON on stdout, like the API's. */
export function createWorkerLogger({ expectedFailures }: WorkerLoggerOptions): Logger {
  const log = pino({
    serializers: { error: serializeError },
    redact: { paths: ['taskToken'], remove: true },
    timestamp: false,
  });

  function serializeError(error: unknown): unknown {
    // Errors from the SDK's core are strings.
    if (!(error instanceof Error)) return error;
    const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
    return expectedFailures.includes(type)
      ? { type, message: error.message }
      : pino.stdSerializers.err(error);
  }

  // The runtime delays lines by up to 0.2 s to sort them. `time` is when the event happened.
  return new DefaultLogger('INFO', ({ level, timestampNanos, message, meta }) =>
    log[levels[level]]({ time: Number(timestampNanos / 1_000_000n), ...meta }, message),
  );
}

/** Forwards the core's log lines to the runtime's logger. Otherwise the core prints them in its own format. */
export const forwardedCoreLogs = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;
