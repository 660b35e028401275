import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { errorCode } from './error-code';

export const LOOPBACK = '127.0.0.1';

export interface WantedPort {
  host: string;
  port: number;
  /** Changes it. */
  variable: string;
  /** Who wants it. */
  user: string;
}

/** @throws Error that names every port that can't be listened on, and the variable that changes it */
export async function assertPortsAreFree(wanted: WantedPort[]): Promise<void> {
  const servers: Server[] = [];
  const faults: string[] = [];
  // All are held at once, so that one port wanted twice shows too.
  for (const { host, port, variable, user } of wanted) {
    try {
      servers.push(await listen(port, host));
    } catch (error) {
      faults.push(`  port ${port} (${user}) ${describe(error, variable)}`);
    }
  }
  for (const server of servers) server.close();
  if (faults.length > 0) throw new Error(`Nothing was started:\n${faults.join('\n')}`);
}

/** A port on the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = await listen(0, LOOPBACK);
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

function describe(error: unknown, variable: string): string {
  if (errorCode(error) === 'EADDRINUSE') return `is busy: free it, or set ${variable} to another one`;
  return `can not be listened on: ${String(error)}; HOST and ${variable} change that`;
}
