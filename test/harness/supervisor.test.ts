import type { ProcessSpec } from '../../harness/processes/supervised-process';
import { restartDelayMs } from '../../harness/processes/supervised-process';
import { Supervisor } from '../../harness/processes/supervisor';
import { eventually } from '../support/eventually';
import { isAlive } from '../support/processes';

let lines: string[];
let supervisor: Supervisor;

beforeEach(() => {
  lines = [];
  supervisor = new Supervisor((line) => lines.push(line));
});

afterEach(() => supervisor.kill());

/** A process that says that it is up, and goodbye when it is asked to end. */
const POLITE = `
  console.log('up', process.pid);
  process.on('SIGTERM', () => { console.log('bye'); process.exit(); });
  setInterval(() => {}, 1000);
`;

function node(name: string, source: string): ProcessSpec {
  const isReady = (pid: number) => Promise.resolve(pidsOf(name).includes(pid));
  return { name, command: process.execPath, args: ['-e', source], isReady };
}

const untilPrinted = (look: () => boolean) => eventually(look, { output: () => lines.join('\n') });

/** Those that said that they are up, in that order. */
function pidsOf(name: string): number[] {
  return lines.flatMap((line) => new RegExp(`^${name} +\\| up (\\d+)$`).exec(line)?.[1] ?? []).map(Number);
}

test('a process that is killed is back within a second, with a line that says so; the others go on', async () => {
  await supervisor.start(node('api', POLITE), node('worker', POLITE));
  const [api = 0] = pidsOf('api');
  const [worker = 0] = pidsOf('worker');

  process.kill(worker, 'SIGKILL');
  const killedAt = Date.now();
  await untilPrinted(() => pidsOf('worker').length === 2);

  expect(Date.now() - killedAt).toBeLessThan(1000);
  const [, again = 0] = pidsOf('worker');
  expect(lines).toContain(`worker died (SIGKILL) and was started again: process ${again}`);
  expect([isAlive(api), isAlive(worker), isAlive(again)]).toEqual([true, false, true]);
  expect(pidsOf('api')).toHaveLength(1);
});

test('a process that ends by itself is started again, too', async () => {
  await supervisor.start(
    node('api', `console.log('up', process.pid); setTimeout(() => process.exit(3), 300)`),
  );

  await untilPrinted(() => pidsOf('api').length === 3);

  expect(
    lines.filter((line) => line.startsWith('api died (exit code 3) and was started again')),
  ).toHaveLength(2);
});

test('one that ends by itself before it was ever ready is not started again: the start fails', async () => {
  const broken = node('api', `console.error('PORT must be a number'); process.exit(1)`);

  await expect(supervisor.start(broken, node('worker', POLITE))).rejects.toThrow(
    'api ended with exit code 1 before it was ready',
  );
  expect(lines.filter((line) => line.startsWith('api'))).toEqual(['api      | PORT must be a number']);
});

test('one that is killed before it was ready still gets ready', async () => {
  const started = supervisor.start({
    ...node('api', POLITE),
    isReady: () => Promise.resolve(pidsOf('api').length === 2),
  });
  await untilPrinted(() => pidsOf('api').length === 1);

  process.kill(pidsOf('api')[0] ?? 0, 'SIGKILL');

  await started;
});

test('groups end in the reverse order of their start, each one completely', async () => {
  await supervisor.start(node('temporal', POLITE), node('sms', POLITE));
  await supervisor.start(
    node(
      'api',
      POLITE.replace('process.exit()', `setTimeout(() => { console.log('done'); process.exit(); }, 300)`),
    ),
    node('worker', POLITE),
  );
  const pids = ['temporal', 'sms', 'api', 'worker'].flatMap(pidsOf);

  await supervisor.stop();

  const goodbyes = lines.filter((line) => /bye|done/.test(line)).map((line) => line.replace(/ +\|/, ''));
  expect(goodbyes.slice(0, 3).toSorted()).toEqual(['api bye', 'api done', 'worker bye']);
  expect(goodbyes.slice(3).toSorted()).toEqual(['sms bye', 'temporal bye']);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(lines.join()).not.toContain('died');
});

test('a stop while something is being started ends that, too', async () => {
  const started = supervisor.start({ ...node('api', POLITE), isReady: () => Promise.resolve(false) });
  await untilPrinted(() => pidsOf('api').length === 1);

  await Promise.all([supervisor.stop(), expect(started).rejects.toThrow('api was stopped')]);

  expect(pidsOf('api').filter(isAlive)).toEqual([]);
});

test('a kill asks nobody', async () => {
  await supervisor.start(node('api', POLITE.replace('process.exit()', '')));
  const [pid = 0] = pidsOf('api');

  supervisor.kill();

  await untilPrinted(() => !isAlive(pid));
  expect(lines.join()).not.toContain('bye');
});

test('the first ten restarts in a row wait no longer than the first; later ones do, up to 10 s', () => {
  const delays = Array.from({ length: 30 }, (_, index) => restartDelayMs(index + 1));

  expect(new Set(delays.slice(0, 10))).toEqual(new Set([100]));
  expect(delays.slice(10, 13)).toEqual([200, 400, 800]);
  expect(delays.at(-1)).toBe(10_000);
});

test('a command that is not there is an error that names it', async () => {
  const missing = { ...node('temporal', POLITE), command: '/nowhere/temporal' };

  await expect(supervisor.start(missing)).rejects.toThrow('/nowhere/temporal can not be started');
});
