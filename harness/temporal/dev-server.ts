import { LOOPBACK } from '../ports';
import { type Command, startProcess } from '../processes/start-process';
import { waitUntil } from '../wait-until';
import { prepareNamespace } from './namespace';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

export interface DevServerOptions {
  executable: string;
  port: number;
  /** Default: no Web UI. */
  uiPort?: number;
  /** The URL of the codec server with which the Web UI decodes payloads. */
  uiCodecEndpoint?: string;
  /** Default: the data is kept in memory and lost at the end. */
  dbFile?: string;
  /** Default: `default`. */
  namespace?: string;
  /** The port of the server's own Prometheus metrics. Default: none. */
  metricsPort?: number;
  /** Whether operators can pause workflow runs. By default, a Temporal server does not allow it. */
  mayPauseRuns?: boolean;
}

export interface TemporalDevServer {
  address: string;
  uiUrl: string | undefined;
  pid: number;
  /** Resolves when it ends, for any reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

/** The command that runs the server, without a wrapper process. */
export function devServerCommand(options: DevServerOptions): Command {
  const { executable, port, uiPort, uiCodecEndpoint, dbFile, namespace, metricsPort, mayPauseRuns } = options;
  const args = ['server', 'start-dev', '--ip', LOOPBACK, '--port', `${port}`, '--log-level', 'error'];
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', `${uiPort}`]));
  if (uiCodecEndpoint !== undefined) args.push('--ui-codec-endpoint', uiCodecEndpoint);
  if (namespace !== undefined) args.push('--namespace', namespace);
  if (metricsPort !== undefined) args.push('--metrics-port', `${metricsPort}`);
  if (mayPauseRuns === true) args.push('--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true');
  if (dbFile !== undefined) {
    args.push('--db-filename', dbFile);
    args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  }
  return { command: executable, args };
}

/** @throws Error if the server does not answer */
export async function isDevServerReady({ port, namespace = 'default' }: DevServerOptions): Promise<boolean> {
  return prepareNamespace(`${LOOPBACK}:${port}`, namespace);
}

/** Starts a server and waits until it answers. It never outlives this process. */
export async function startTemporalDevServer(options: DevServerOptions): Promise<TemporalDevServer> {
  const output: string[] = [];
  const server = startProcess(devServerCommand(options), (line) => output.push(line));
  const ended = new AbortController();
  const exited = server.exited.then(() =>
    ended.abort(new Error(`The Temporal server ended:\n${output.join('\n')}`)),
  );
  try {
    await waitUntil(() => isDevServerReady(options), {
      what: 'the Temporal server',
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
