import type { FastifyBaseLogger } from 'fastify';
import { Redis } from 'ioredis';

const TIMEOUT_MS = 300;

/**
 * Fails at once rather than hold a request up, and goes on looking for its server. `log` is asked for late: the app that
 * has it needs the connection first.
 */
export function connectRedis(url: string, log: () => FastifyBaseLogger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  });
  let isAway = false;
  redis.on('error', () => {
    if (!isAway) log().warn('Redis can not be reached (REDIS_URL): limits are counted in each process');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) log().info('Redis is back: limits are counted there');
    isAway = false;
  });
  return redis;
}
