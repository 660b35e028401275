import type { FastifyBaseLogger } from 'fastify';
import { Redis } from 'ioredis';

const TIMEOUT_MS = 300;

/**
 * A Redis connection whose commands fail at once while Redis is not reachable, so that requests need not wait. It
 * reconnects by itself. `log` is a function because the app, which has the logger, is created after the connection.
 */
export function connectRedis(url: string, log: () => FastifyBaseLogger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
  });
  let isUnreachable = false;
  redis.on('error', () => {
    if (!isUnreachable) log().warn("Redis can't be reached (REDIS_URL): each process counts limits alone");
    isUnreachable = true;
  });
  redis.on('ready', () => {
    if (isUnreachable) log().info('Redis can be reached again: all processes count limits together');
    isUnreachable = false;
  });
  return redis;
}
