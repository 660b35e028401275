import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { errorCode } from './error-code';

export const LOOPBACK = '127.0.0.1';

export interface WantedPort {
  host: string;
  port: number;
  /** The variable that sets the port. */
  variable: string;
  /** What will listen on it, for the error message. */
  user: string;
}

const BESIDE_ANOTHER =
  'To run a second one beside another, set DATA_DIR to another folder as well: in one they would share a database.';

/** @throws Error that names every port that can't be listened on, and the variable that changes it */
export async function assertPortsAreFree(wanted: WantedPort[]): Promise<void> {
  const held: { server: Server; by: WantedPort }[] = [];
  const faults: string[] = [];
  let isBusy = false;
  // All ports are held at the same time, so that one port that is wanted twice is found as well.
  for (const by of wanted) {
    try {
      held.push({ server: await listen(by.port, by.host), by });
    } catch (error) {
      const rival = held.find((other) => other.by.port === by.port)?.by;
      isBusy ||= rival === undefined && isInUse(error);
      faults.push(`  port ${by.port} (${by.user}) ${describe(error, by, rival)}`);
    }
  }
  for (const { server } of held) server.close();
  if (isBusy) faults.push(BESIDE_ANOTHER);
  if (faults.length > 0) throw new Error(`Nothing was started:\n${faults.join('\n')}`);
}

/** A free port of the loopback interface. */
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

function isInUse(error: unknown): boolean {
  return errorCode(error) === 'EADDRINUSE';
}

function describe(error: unknown, { variable }: WantedPort, rival: WantedPort | undefined): string {
  if (isInUse(error) && rival) {
    return `is named by ${rival.variable}, too (${rival.user}): set ${rival.variable} or ${variable} to another one`;
  }
  if (isInUse(error)) return `is busy: free it, or set ${variable} to another one`;
  return `can not be listened on: ${String(error)}; HOST and ${variable} change that`;
}
