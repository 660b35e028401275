import path from 'node:path';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { eventually } from '../support/eventually';
import { isAlive, startCommand, type TestProcess } from '../support/processes';

const LAUNCHER = `${process.execPath} --import tsx ${path.join(__dirname, 'launcher-stand-in.ts')}`;

let launcher: TestProcess;

afterEach(() => launcher.kill('SIGKILL'));

/** In a process group of its own, as a terminal runs it: the terminal's signals reach everyone in the group. */
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

test('Ctrl-C reaches the processes as a polite request only, and everything ends', async () => {
  await launch(`exec ${LAUNCHER} 0`);

  pressCtrlC();

  expect(await launcher.exited).toBe(0);
  expect(lines()).toEqual(expect.arrayContaining(['stopping', 'polite   | bye', 'slow     | bye']));
  expect(launcher.output()).not.toContain('interrupted');
  expect(livingChildren()).toEqual([]);
});

test('one Ctrl-C that arrives twice, from the terminal and from npm, is one', async () => {
  await launch(`exec ${LAUNCHER} 1000`);

  pressCtrlC();
  pressCtrlC();

  expect(await launcher.exited).toBe(0);
  expect(lines().filter((line) => line === 'stopping')).toHaveLength(1);
});

test('a second Ctrl-C ends everything at once', async () => {
  await launch(`exec ${LAUNCHER} 60000`);

  pressCtrlC();
  await untilSeen(() => lines().includes('polite   | bye'));
  const again = setInterval(pressCtrlC, 600);

  expect(await launcher.exited.finally(() => clearInterval(again))).toBe(1);
  await untilSeen(() => livingChildren().length === 0);
});

test('processes do not outlive a launcher that was killed', async () => {
  await launch(`exec ${LAUNCHER} 60000`);

  launcher.kill('SIGKILL');

  await untilSeen(() => livingChildren().length === 0);
});

test('when npm is killed, everything ends with it', async () => {
  // A shell that does not become the launcher: like npm, it is the launcher's parent.
  await launch(`${LAUNCHER} 60000; :`, { npm_lifecycle_event: 'dev' });

  launcher.kill('SIGKILL');

  await launcher.exited;
  await untilSeen(() => livingChildren().length === 0);
});
