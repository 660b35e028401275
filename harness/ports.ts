import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
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

/** A free port of the loopback interface. */
export async function freePort(): Promise<number> {
  const server = await listen(0, LOOPBACK);
  const { port } = server.address() as AddressInfo;
  await close(server);
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
