import { type Command, Redis } from 'ioredis';
import type { BaseLogger } from 'pino';

const COMMAND_TIMEOUT_MS = 300;

/**
 * Longer than a count may take, because no request waits for a connection: until there is one, counts fail at once. Node
 * tries the addresses of a name one after the other, and waits 250 ms for each that does not answer.
 */
const CONNECT_TIMEOUT_MS = 2_000;

/** If Redis sends nothing for this time although it should answer, the connection is replaced: it may be dead. */
const SILENCE_LIMIT_MS = 1_000;

/**
 * After a count that Redis did not answer in time, the next counts fail at once for this time. Otherwise a request, which
 * makes several counts one after the other, would wait for each of them.
 */
const PAUSE_MS = 2_000;

/** While counts fail on a good connection, the warning repeats after this time. */
const WARNING_PERIOD_MS = 60_000;

/** After a failover, the old primary answers this. The address may already lead to the new one. */
const READ_ONLY = 'READONLY';

const COMMAND_TIMED_OUT = 'Command timed out';

/**
 * A Redis connection whose commands fail at once while Redis is not reachable, so that requests need not wait. After
 * `connect`, it reconnects by itself. `log` is a function because the app, which has the logger, is created later.
 */
export function createRedis(url: string, log: () => Pick<BaseLogger, 'info' | 'warn'>): Redis {
  let isUnreachable = false;
  let warnAgainAt = 0;
  const redis = new LimitsRedis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_LIMIT_MS,
    reconnectOnError: (error) => reasonOf(error) === READ_ONLY,
  });
  redis.on('uncounted', (error: Error) => {
    if (performance.now() < warnAgainAt) return;
    warnAgainAt = performance.now() + WARNING_PERIOD_MS;
    log().warn(
      { reason: reasonOf(error) },
      'Redis can be reached, but does not count (REDIS_URL): each process counts limits alone',
    );
  });
  redis.on('error', (error: Error) => {
    if (!isUnreachable)
      log().warn(
        { reason: reasonOf(error) },
        "Redis can't be reached (REDIS_URL): each process counts limits alone",
      );
    isUnreachable = true;
  });
  redis.on('ready', () => {
    if (isUnreachable) log().info('Redis can be reached again: all processes count limits together');
    isUnreachable = false;
  });
  return redis;
}

/**
 * Resolves when Redis can count. Also if it can't be reached, or is not ready within a second: while it loads its data, it
 * answers, but does not count. Then ioredis goes on trying.
 */
export async function connectRedis(redis: Redis): Promise<void> {
  const tooLong = new Promise((resolve) => setTimeout(resolve, SILENCE_LIMIT_MS).unref());
  await Promise.race([redis.connect().catch(() => {}), tooLong]);
  if (redis.status === 'connect') redis.emit('error', new Error('Redis is not ready'));
}

/** ioredis has an event for errors of the connection only. This has `uncounted` for counts that Redis did not make. */
class LimitsRedis extends Redis {
  #pausesUntil = 0;

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const [command] = args;
    if (!isCount(command)) return super.sendCommand(...args);
    if (performance.now() < this.#pausesUntil) {
      command.reject(new Error('Redis is too slow'));
      return command.promise;
    }
    command.promise.catch((error: unknown) => {
      if (!isUncounted(error)) return;
      if (error.message === COMMAND_TIMED_OUT) this.#pausesUntil = performance.now() + PAUSE_MS;
      this.emit('uncounted', error);
    });
    return super.sendCommand(...args);
  }
}

/** Each count is a script. */
function isCount({ name }: Command): boolean {
  return name === 'evalsha';
}

/** Whether Redis has refused the count, or did not answer in time. Other errors are those of the connection. */
function isUncounted(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'ReplyError' || error.message === COMMAND_TIMED_OUT);
}

/** The code of an error, such as `ECONNREFUSED` or `READONLY`, or what ioredis says. It contains no key and no value. */
function reasonOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Before version 7, Redis puts the error of a command in a script behind its own: `ERR Error running … -READONLY You …`.
  const [, code] = / -([A-Z]+) /.exec(error.message) ?? /^([A-Z]+) /.exec(error.message) ?? [];
  return code ?? error.message;
}
