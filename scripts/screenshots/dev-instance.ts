import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, LOOPBACK, urlOf } from '../../harness/ports';
import { startProcess } from '../../harness/processes/start-process';
import { PROJECT_DIRECTORY, TYPESCRIPT_OPTIONS } from '../../harness/project';
import { waitUntil } from '../../harness/wait-until';

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;
const READY = 'Ctrl-C ends everything.';

export interface DevInstance {
  readonly apiUrl: string;
  readonly phoneUrl: string;
  readonly webUiUrl: string;
  readonly temporalAddress: string;
  stop(): Promise<void>;
}

/** Starts `npm run dev` on free ports and with new data. `env`: further variables. */
export async function startDevInstance(env: Readonly<Record<string, string>> = {}): Promise<DevInstance> {
  const [api, phone, temporal, webUi] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const dataDir = await mkdtemp(path.join(tmpdir(), 'phone-verification-screenshots-'));
  const lines: string[] = [];
  const dev = startProcess(
    {
      command: process.execPath,
      args: [...TYPESCRIPT_OPTIONS, 'dev/main.ts'],
      cwd: PROJECT_DIRECTORY,
      env: {
        ...process.env,
        ...env,
        PORT: `${api}`,
        SMS_SANDBOX_PORT: `${phone}`,
        TEMPORAL_DEV_PORT: `${temporal}`,
        TEMPORAL_UI_PORT: `${webUi}`,
        DATA_DIR: dataDir,
      },
    },
    (line) => lines.push(line),
  );
  const ended = new AbortController();
  void dev.exited.then(() => ended.abort(new Error(`npm run dev ended:\n${lines.join('\n')}`)));
  await waitUntil(() => lines.includes(READY), {
    what: 'npm run dev',
    limitMs: START_LIMIT_MS,
    signal: ended.signal,
  });
  return {
    apiUrl: `http://localhost:${api}`,
    phoneUrl: `http://localhost:${phone}`,
    webUiUrl: `http://localhost:${webUi}`,
    temporalAddress: urlOf(LOOPBACK, temporal).replace('http://', ''),
    async stop() {
      await dev.stop(STOP_LIMIT_MS);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
