import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { serviceEnv } from '../support/processes';
import { runNpm } from '../support/run-to-end';
import { serviceBuild } from '../support/service-build';
import { uniquePhoneNumber } from '../support/service';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'launch-'));
  for (const part of ['package.json', 'scripts'])
    cpSync(path.join(PROJECT_DIRECTORY, part), path.join(folder, part), { recursive: true });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Links the project's packages, except tsx, which runs TypeScript. */
function installWithoutTsx(): void {
  mkdirSync(path.join(folder, 'node_modules'));
  for (const name of readdirSync(path.join(PROJECT_DIRECTORY, 'node_modules'))) {
    if (name !== 'tsx')
      symlinkSync(
        path.join(PROJECT_DIRECTORY, 'node_modules', name),
        path.join(folder, 'node_modules', name),
      );
  }
}

describe('with the build and without the development dependencies', () => {
  let build: string;

  beforeAll(async () => {
    build = await serviceBuild();
  });

  test.each([
    ['find', 'no run found'],
    ['forget', 'no run found'],
  ])('npm run %s works', async (command, answer) => {
    installWithoutTsx();
    cpSync(build, path.join(folder, 'dist'), { recursive: true });
    cpSync(path.join(PROJECT_DIRECTORY, 'dev'), path.join(folder, 'dev'), { recursive: true });

    const { exitCode, stdout, stderr } = await runNpm(command, [uniquePhoneNumber()], serviceEnv({}), folder);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(answer);
  });
});

test('without both, the command prints what to do', async () => {
  installWithoutTsx();

  const { exitCode, stdout, stderr } = await runNpm('forget', ['+14255550123'], {}, folder);

  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^npm run forget needs .* or the build\. Run npm ci .*npm run build.*\n$/);
});

test('the exit code is that of the command', async () => {
  const { exitCode, stderr } = await runNpm('find', [], serviceEnv({}));

  expect(exitCode).toBe(1);
  expect(stderr).toContain('no argument was given');
});
