import { DefaultLogger, type Logger, type LogLevel } from '@temporalio/worker';
import pino, { type Level } from 'pino';

const levels: Readonly<Record<LogLevel, Level>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Temporal's log lines as JSON on stdout, like the API's. */
export function createWorkerLogger(): Logger {
  const log = pino({
    serializers: { error: pino.stdSerializers.err },
    redact: { paths: ['taskToken'], remove: true },
  });
  return new DefaultLogger('INFO', ({ level, message, meta }) => log[levels[level]](meta ?? {}, message));
}
