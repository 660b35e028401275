import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { PROJECT_DIRECTORY } from '../harness/project';
import { runNpm, runToEnd } from './support/run-to-end';

const { engines, scripts } = z
  .object({ engines: z.object({ node: z.string() }), scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(path.join(PROJECT_DIRECTORY, 'package.json'), 'utf8')));

/** Runs the check as in another version of Node. */
const checkAs = (version: string) =>
  runToEnd(
    process.execPath,
    [
      '-e',
      `Object.defineProperty(process, 'version', { value: '${version}' }); require('./scripts/check-node')`,
    ],
    {},
  );

test.each(['v20.18.3', 'v18.20.4', 'v16.20.2', 'v8.17.0'])(
  'Node %s is refused with one sentence',
  async (version) => {
    const { exitCode, stdout, stderr } = await checkAs(version);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe(`This project needs Node 20.19 or newer; this is ${version}.\n`);
  },
);

test.each(['v20.19.0', 'v20.20.2', 'v22.0.0', 'v24.21.0'])('Node %s is accepted', async (version) => {
  expect(await checkAs(version)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('the minimum version is the one in package.json', () => {
  expect(engines.node).toBe('>=20.19');
});

test('every npm script that runs our code checks the version first', () => {
  const unchecked = Object.entries(scripts).filter(
    ([, command]) =>
      /\.[jt]s\b|\bjest\b/.test(command) && !/^node (-r \.\/)?scripts\/check-node\.js/.test(command),
  );

  expect(unchecked).toEqual([]);
});

test('no npm script for production needs the development dependencies', () => {
  for (const name of ['start:api', 'start:worker', 'keys', 'forget', 'find', 'sbom']) {
    expect(scripts[name]).toMatch(/^node -r \.\/scripts\/check-node\.js (scripts|dist)\/[\w-]+\.js/);
  }
});

describe('without the development packages', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'check-node-'));
    for (const part of ['package.json', 'scripts'])
      cpSync(path.join(PROJECT_DIRECTORY, part), path.join(folder, part), { recursive: true });
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test.each(['dev', 'sandbox', 'test', 'build', 'bench'])('npm run %s says what to do', async (script) => {
    expect(await runNpm(script, [], {}, folder)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'The development packages are missing. Run npm ci.\n',
    });
  });

  test('production’s commands pass the check', async () => {
    const { exitCode, stdout, stderr } = await runNpm('keys', [], {}, folder);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('SECRET_KEYS=');
  });
});

test('the check itself runs on old versions', () => {
  const source = readFileSync(path.join(PROJECT_DIRECTORY, 'scripts/check-node.js'), 'utf8');

  expect(source).not.toMatch(/\b(const|let|class|async)\b|=>|`/);
});
