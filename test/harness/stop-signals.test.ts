import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { isAlive, untilSeen } from '../support/watching';

const LAUNCHER = `${process.execPath} --import tsx ${path.join(__dirname, 'launcher-stand-in.ts')}`;

let launcher: ChildProcess;
let lines: string[];
let exited: Promise<unknown[]>;

afterEach(() => {
  if (launcher.exitCode === null && launcher.signalCode === null) launcher.kill('SIGKILL');
});

/** In a process group of its own, as the terminal does it, whose signals reach everyone in the group. */
async function launch(command: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  lines = [];
  launcher = spawn('/bin/sh', ['-c', command], {
    detached: true,
    env: { ...process.env, npm_lifecycle_event: undefined, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (launcher.stdout !== null)
    createInterface({ input: launcher.stdout }).on('line', (line) => lines.push(line));
  exited = once(launcher, 'close');
  await untilSeen(lines, () => childPids().length === 2);
}

function childPids(): number[] {
  return lines.flatMap((line) => / up (\d+)$/.exec(line)?.[1] ?? []).map(Number);
}

const livingChildren = () => childPids().filter(isAlive);

function pressCtrlC(): void {
  process.kill(-(launcher.pid ?? 0), 'SIGINT');
}

test('Ctrl-C reaches the processes as a polite request only, and everything ends', async () => {
  await launch(`exec ${LAUNCHER} 0`);

  pressCtrlC();

  expect(await exited).toEqual([0, null]);
  expect(lines).toEqual(expect.arrayContaining(['stopping', 'polite   | bye', 'slow     | bye']));
  expect(lines.join()).not.toContain('interrupted');
  expect(livingChildren()).toEqual([]);
});

test('one Ctrl-C that arrives twice, from the terminal and from npm, is one', async () => {
  await launch(`exec ${LAUNCHER} 1000`);

  pressCtrlC();
  pressCtrlC();

  expect(await exited).toEqual([0, null]);
  expect(lines.filter((line) => line === 'stopping')).toHaveLength(1);
});

test('a second Ctrl-C ends everything at once', async () => {
  await launch(`exec ${LAUNCHER} 60000`);

  pressCtrlC();
  await untilSeen(lines, () => lines.includes('polite   | bye'));
  const again = setInterval(pressCtrlC, 600);

  expect(await exited).toEqual([1, null]);
  clearInterval(again);
  await untilSeen(lines, () => livingChildren().length === 0);
});

test('processes do not outlive a launcher that was killed', async () => {
  await launch(`exec ${LAUNCHER} 60000`);

  launcher.kill('SIGKILL');

  await untilSeen(lines, () => livingChildren().length === 0);
});

test('when npm is killed, everything ends with it', async () => {
  // A shell that does not become the launcher: like npm, it is the launcher's parent.
  await launch(`${LAUNCHER} 60000; :`, { npm_lifecycle_event: 'dev' });

  launcher.kill('SIGKILL');

  await exited;
  await untilSeen(lines, () => livingChildren().length === 0);
});
