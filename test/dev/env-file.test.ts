import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unusedEnvFile } from '../../dev/env-file';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { runToEnd } from '../support/run-to-end';

const WARNING =
  'There is a .env, which npm run dev does not read. To use it: set -a; . ./.env; set +a; npm run dev';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'env-file-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(content: string): void {
  writeFileSync(path.join(folder, '.env'), content);
}

test('there is no warning without a .env', () => {
  expect(unusedEnvFile(folder, {})).toBeUndefined();
});

test('the warning about an unused .env has the command that uses it', () => {
  write('# Ours\nPORT=3005\nTWILIO_FROM="+14255550100"\n');

  expect(unusedEnvFile(folder, { PORT: '3005' })).toBe(WARNING);
});

test('there is no warning after that command', () => {
  write('# Ours\nPORT=3005\nTWILIO_FROM="+14255550100"\nREDIS_URL=\n');

  expect(unusedEnvFile(folder, { PORT: '3005', TWILIO_FROM: '+14255550100' })).toBeUndefined();
});

test('npm run dev prints the warning first and does not read the file', async () => {
  write('PORT=x\n');
  const args = ['--require', require.resolve('tsx/cjs'), path.join(PROJECT_DIRECTORY, 'dev/main.ts')];

  const { exitCode, stdout, stderr } = await runToEnd(process.execPath, args, { WORKERS: '0' }, folder);

  expect(exitCode).toBe(1);
  expect(stdout).toBe(`${WARNING}\n`);
  expect(stderr).toContain('WORKERS must be');
  expect(stderr).not.toContain('PORT');
});
