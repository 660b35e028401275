import path from 'node:path';
import { PROJECT_DIRECTORY, TYPESCRIPT_OPTIONS } from '../../harness/project';
import { eventually } from '../support/eventually';
import { isAlive, startCommand, type TestProcess } from '../support/processes';

/** For a shell. The folder's name may have spaces. */
const LAUNCHER = [process.execPath, ...TYPESCRIPT_OPTIONS, path.join(__dirname, 'test-launcher.ts')]
  .map((word) => `'${word}'`)
  .join(' ');

let launcher: TestProcess;

afterEach(() => launcher.kill('SIGKILL'));

/** Runs a command in its own process group, as a terminal does: signals of the terminal reach the whole group. */
async function launch(command: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  launcher = startCommand({
    command: '/bin/sh',
    args: ['-c', command],
    env: { ...process.env, npm_lifecycle_event: undefined, ...env },
    cwd: PROJECT_DIRECTORY,
  });
  await untilSeen(() => childPids().length === 2);
}

const lines = () => launcher.output().split('\n');

const untilSeen = (look: () => boolean) => eventually(look, { output: launcher.output });

function childPids(): number[] {
  return lines()
    .flatMap((line) => / up (\d+)$/.exec(line)?.[1] ?? [])
    .map(Number);
}

const livingChildren = () => childPids().filter(isAlive);

function pressCtrlC(): void {
  process.kill(-launcher.pid, 'SIGINT');
}

test('Ctrl-C sends only SIGTERM to the processes, and everything ends', async () => {
  await launch(`exec ${LAUNCHER} 0`);

  pressCtrlC();

  expect(await launcher.exited).toBe(0);
  expect(lines()).toEqual(expect.arrayContaining(['stopping', 'quick    | bye', 'slow     | bye']));
  expect(launcher.output()).not.toContain('interrupted');
  expect(livingChildren()).toEqual([]);
});

test('a Ctrl-C that arrives twice, from the terminal and from npm, counts once', async () => {
  await launch(`exec ${LAUNCHER} 1000`);

  pressCtrlC();
  pressCtrlC();

  expect(await launcher.exited).toBe(0);
  expect(lines().filter((line) => line === 'stopping')).toHaveLength(1);
});

test('a second Ctrl-C ends everything at once', async () => {
  await launch(`exec ${LAUNCHER} 60000`);

  pressCtrlC();
  await untilSeen(() => lines().includes('quick    | bye'));
  const again = setInterval(pressCtrlC, 600);

  expect(await launcher.exited.finally(() => clearInterval(again))).toBe(1);
  await untilSeen(() => livingChildren().length === 0);
});

test('if the launcher is killed, its processes end', async () => {
  await launch(`exec ${LAUNCHER} 60000`);

  launcher.kill('SIGKILL');

  await untilSeen(() => livingChildren().length === 0);
});

test('if npm is killed, everything ends', async () => {
  // Without exec, the shell is the launcher's parent, like npm.
  await launch(`${LAUNCHER} 60000; :`, { npm_lifecycle_event: 'dev' });

  launcher.kill('SIGKILL');

  await launcher.exited;
  await untilSeen(() => livingChildren().length === 0);
});
