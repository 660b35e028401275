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
  /** The types of failures that are logged without a stack trace: their message says what happened. */
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
    // The core's errors are text.
    if (!(error instanceof Error)) return error;
    const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
    return expectedFailures.includes(type)
      ? { type, message: error.message }
      : pino.stdSerializers.err(error);
  }

  // The runtime hands lines on up to 0.2 s late, so that it can sort them: the time is that of the event.
  return new DefaultLogger('INFO', ({ level, timestampNanos, message, meta }) =>
    log[levels[level]]({ time: Number(timestampNanos / 1_000_000n), ...meta }, message),
  );
}

/** Has the core's log lines sent to the runtime's logger. Otherwise it prints them itself, in a format of its own. */
export const forwardedCoreLogs = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;
