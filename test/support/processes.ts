import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eventually, requiredEnv } from './service';

const ROOT = path.resolve(__dirname, '../..');

/** One of the service's processes, as `npm run dev` starts it. */
export interface ServiceProcess {
  readonly pid: number;
  /** All that it has printed so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

export function startProcess(script: string, env: Record<string, string>): ServiceProcess {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exited = once(child, 'exit').then(
    ([code, signal]: (number | NodeJS.Signals | null)[]) => code ?? signal ?? 0,
  );
  return {
    pid: child.pid ?? 0,
    output: () => Buffer.concat(chunks).toString('utf8'),
    kill: (signal) => void child.kill(signal),
    exited,
  };
}

/** What API and worker need to know, apart from what a test adds. */
export function serviceEnv(extra: Record<string, string>): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: requiredEnv('TEST_TEMPORAL_ADDRESS'),
    SECRET_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
    PHONE_DIGEST_KEY: Buffer.alloc(32, 4).toString('base64'),
    API_KEYS: 'dev',
    TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM: '+15005550006',
    ...extra,
  };
}

/** Waits until the API says that it is ready, or only that it lives. */
export async function answering(url: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(url).catch(() => undefined);
    return response?.ok === true ? true : undefined;
  });
}

export async function printed(process: ServiceProcess, text: string): Promise<void> {
  await eventually(() => (process.output().includes(text) ? true : undefined));
}
