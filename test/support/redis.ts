import { Redis } from 'ioredis';
import { freePort } from '../../harness/ports';
import { startProcess } from '../../harness/processes/start-process';
import { findRedisServer } from '../../harness/executables/find-executable';
import { eventually } from './eventually';

export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a real Redis on the loopback interface, without persistence. It never outlives this process. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = startProcess({ command: await findRedisServer(), args }, () => {});
  const url = `redis://127.0.0.1:${port}`;
  const probe = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  probe.on('error', () => {});
  await eventually(async () => (await probe.ping()) === 'PONG');
  probe.disconnect();
  return { url, stop: () => server.stop(5_000) };
}
