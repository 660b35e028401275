import { Connection } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { type Command, spawnGuarded } from '../processes/guarded-process';
import { LOOPBACK } from '../ports';
import { until } from '../processes/until';

/** The dev server's own 24 h are shorter than the longest cool-down: what a number did must be remembered longer. */
const RETENTION_MS = 30 * 24 * 3_600_000;
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const CONNECT_LIMIT_MS = 1000;

export interface DevServerOptions {
  executable: string;
  port: number;
  /** Without one there is no Web UI. */
  uiPort?: number;
  /** Where the Web UI has encrypted payloads read. */
  uiCodecEndpoint?: string;
  /** Without one the data is kept in memory. */
  dbFile?: string;
  /** Default: `default`. */
  namespace?: string;
}

export interface TemporalDevServer {
  address: string;
  uiUrl: string | undefined;
  pid: number;
  /** Whenever and however it ends. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

/** The command that is the server: no wrapper around it. */
export function devServerCommand(options: DevServerOptions): Command {
  const { executable, port, uiPort, uiCodecEndpoint, dbFile, namespace } = options;
  const args = ['server', 'start-dev', '--ip', LOOPBACK, '--port', `${port}`, '--log-level', 'error'];
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', `${uiPort}`]));
  if (uiCodecEndpoint !== undefined) args.push('--ui-codec-endpoint', uiCodecEndpoint);
  if (namespace !== undefined) args.push('--namespace', namespace);
  if (dbFile !== undefined) {
    args.push('--db-filename', dbFile);
    args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  }
  return { command: executable, args };
}

/** Whether it answers; from then on it keeps what ended for 30 days. @throws Error while it doesn't answer */
export async function isDevServerReady({ port, namespace = 'default' }: DevServerOptions): Promise<boolean> {
  const connection = await Connection.connect({
    address: `${LOOPBACK}:${port}`,
    connectTimeout: CONNECT_LIMIT_MS,
  });
  try {
    const config = { workflowExecutionRetentionTtl: msNumberToTs(RETENTION_MS) };
    await connection.workflowService.updateNamespace({ namespace, config });
    return true;
  } finally {
    await connection.close();
  }
}

/** Starts a server, which ends with this process at the latest, and waits until it answers. */
export async function startTemporalDevServer(options: DevServerOptions): Promise<TemporalDevServer> {
  const output: string[] = [];
  const server = spawnGuarded(devServerCommand(options), (line) => output.push(line));
  const ended = new AbortController();
  const exited = server.exited.then(() =>
    ended.abort(new Error(`The Temporal server ended:\n${output.join('\n')}`)),
  );
  try {
    await until(() => isDevServerReady(options), {
      what: 'The Temporal server',
      limitMs: START_LIMIT_MS,
      signal: ended.signal,
    });
  } catch (error) {
    server.kill();
    throw error;
  }
  return {
    address: `${LOOPBACK}:${options.port}`,
    uiUrl: options.uiPort === undefined ? undefined : `http://localhost:${options.uiPort}`,
    pid: server.pid,
    exited,
    stop: () => server.stop(STOP_LIMIT_MS),
  };
}
