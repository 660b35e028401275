import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeBuildDirectory, PROJECT_DIRECTORY } from '../../harness/project';
import { expectDefaults, readPage } from '../support/page-blocks';
import { startReverseProxy, type ReverseProxy } from '../support/reverse-proxy';
import { RunningService } from '../support/running-service';
import { runToEnd, type Ended } from '../support/run-to-end';
import { uniquePhoneNumber } from '../support/service';

const { block, variables } = readPage('docs/recipes.md');

/** It compiles only if the generated client knows the codes that each answer can have. */
const TYPES = `
import * as api from './client';

export async function codes(id: string) {
  const answer = await api.checkCode(id, { code: '2168' });
  if (answer.status === 200) return answer.data.verified satisfies boolean;
  if (answer.status === 410) return answer.data.code satisfies 'verification_ended';
  if (answer.status === 400) return answer.data.code satisfies 'invalid_request' | 'invalid_code';
  // @ts-expect-error A check does not answer with this code.
  if (answer.data.code === 'resend_too_soon') return undefined;
  // @ts-expect-error It does not answer with this status.
  return answer.status === 409;
}

// @ts-expect-error The number is required.
export const start = () => api.startVerification({});
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: 'es2023',
    module: 'node20',
    types: ['node'],
    skipLibCheck: true,
  },
  files: ['verify.ts', 'types.ts'],
};

let service: RunningService;
let directory: string;
let proxy: ReverseProxy;
/** What each command did. They run at the same time, since most of it is waiting. */
let runs: Record<'curl' | 'python' | 'makeClient', Promise<Ended>>;

/**
 * One service for all programs. Its time between two messages is short, so that the programs take seconds. The first
 * answer to each request with an Idempotency-Key gets lost: the programs must repeat such requests.
 */
beforeAll(async () => {
  service = await RunningService.create({ RESEND_INTERVAL_SECONDS: '1' });
  directory = await makeBuildDirectory('recipes');
  const [api] = await Promise.all([service.startApi(), service.startWorker()]);
  const repeated = new Set<string>();
  proxy = await startReverseProxy(Number(api.host.split(':')[1]), {
    loses({ url, headers: { 'idempotency-key': key } }) {
      if (typeof key !== 'string' || repeated.has(`${url} ${key}`)) return false;
      repeated.add(`${url} ${key}`);
      return true;
    },
  });
  const files = {
    'verify.sh': block('curl', 'sh'),
    'client.sh': block('TypeScript', 'sh'),
    'verify.ts': block('TypeScript', 'ts'),
    'verify.py': block('Python', 'python'),
    'types.ts': TYPES,
    'tsconfig.json': JSON.stringify(TSCONFIG),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
  runs = {
    curl: run('bash', 'verify.sh'),
    python: run('python3', 'verify.py'),
    makeClient: run('bash', 'client.sh'),
  };
});

afterAll(async () => {
  proxy.stop();
  await service.stop();
  await rm(directory, { recursive: true });
});

/** Runs a program of the page, with nothing in its environment but the variables that the page names. */
function run(command: string, ...args: string[]): Promise<Ended> {
  const env = {
    VERIFY_URL: proxy.url,
    VERIFY_KEY: 'dev',
    SANDBOX_URL: service.sandbox.url,
    PHONE_NUMBER: uniquePhoneNumber(),
  };
  return runToEnd(command, args, env, directory);
}

const succeeded = () => ({ exitCode: 0, stdout: block('What the programs do', 'text'), stderr: '' });

test('curl', async () => {
  expect(await runs.curl).toEqual(succeeded());
});

test('Python', async () => {
  expect(await runs.python).toEqual(succeeded());
});

test('TypeScript, with the client that is made from /openapi.json', async () => {
  expect(await runs.makeClient).toMatchObject({ exitCode: 0, stderr: '' });
  const tsc = path.join(PROJECT_DIRECTORY, 'node_modules/.bin/tsc');
  const [checked, ran] = await Promise.all([run(tsc, '-p', '.'), run('npx', 'tsx', 'verify.ts')]);

  expect(checked).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(ran).toEqual(succeeded());
});

test('each program has the defaults of the table', () => {
  const names = variables().map(({ name }) => name);

  expect(names).toEqual(['VERIFY_URL', 'VERIFY_KEY', 'SANDBOX_URL', 'PHONE_NUMBER']);
  for (const program of [block('curl', 'sh'), block('TypeScript', 'ts'), block('Python', 'python')])
    expectDefaults(program, variables());
});
