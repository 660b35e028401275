import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { errorCode } from './error-code';

export const LOOPBACK = '127.0.0.1';

export interface WantedPort {
  host: string;
  port: number;
  /** The variable that sets the port. */
  variable: string;
  /** The variable that sets the host. Default: HOST. */
  hostVariable?: string;
  /** What will listen on it, for the error message. */
  user: string;
}

const SECOND_INSTANCE_HINT =
  'To run a second instance at the same time, also set DATA_DIR to another folder: each needs its own database.';

/** @throws Error that lists every port that can't be used, with the variable that changes it */
export async function assertPortsAreFree(wanted: WantedPort[]): Promise<void> {
  const held: { server: Server; by: WantedPort }[] = [];
  const faults: string[] = [];
  let isBusy = false;
  // Listens on all ports at the same time, which also detects a port that is wanted twice.
  for (const by of wanted) {
    try {
      held.push({ server: await listen(by.port, by.host), by });
    } catch (error) {
      const other = held.find((one) => one.by.port === by.port)?.by;
      isBusy ||= other === undefined && isInUse(error);
      faults.push(`  port ${by.port} (${by.user}) ${describe(error, by, other)}`);
    }
  }
  for (const { server } of held) server.close();
  if (isBusy) faults.push(SECOND_INSTANCE_HINT);
  if (faults.length > 0) throw new Error(`Nothing was started:\n${faults.join('\n')}`);
}

export async function isPortFree(port: number, host: string): Promise<boolean> {
  try {
    await close(await listen(port, host));
    return true;
  } catch {
    return false;
  }
}

/**
 * The operating system gives the ports above these to connections, and to servers that ask for any port. In PostgreSQL,
 * Temporal stores the ports of its services as `smallint`.
 */
const RESERVABLE_PORTS = { first: 20_000, last: 32_767 };

/**
 * A free port of the loopback interface. No other call returns it while this process runs, in whatever process.
 *
 * @throws Error if no port is free
 */
export async function freePort({ first, last } = RESERVABLE_PORTS): Promise<number> {
  const count = last - first + 1;
  const start = randomInt(count);
  for (let tried = 0; tried < count; tried += 1) {
    const port = first + ((start + tried) % count);
    if ((await reserve(port)) && (await isPortFree(port, LOOPBACK))) return port;
  }
  throw new Error(`No port from ${first} to ${last} is free.`);
}

/**
 * False: this or another process has reserved it. The reservation is a UDP socket: TCP servers can still use the port, and
 * the operating system closes it when this process ends.
 */
async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4').bind({ port, address: LOOPBACK, exclusive: true }).unref();
  try {
    await once(socket, 'listening');
    return true;
  } catch {
    socket.close();
    return false;
  }
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

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function isInUse(error: unknown): boolean {
  return errorCode(error) === 'EADDRINUSE';
}

function describe(
  error: unknown,
  { variable, hostVariable = 'HOST' }: WantedPort,
  other: WantedPort | undefined,
): string {
  if (isInUse(error) && other) {
    return `is also set by ${other.variable} (${other.user}): set ${other.variable} or ${variable} to another port`;
  }
  if (isInUse(error)) return `is in use: free it, or set ${variable} to another port`;
  return `cannot be used: ${String(error)}; change ${hostVariable} or ${variable}`;
}
