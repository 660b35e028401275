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

/** A process that prints a line when it is up and when it gets SIGTERM. It is up once SIGTERM has its handler. */
const GRACEFUL = `
  process.on('SIGTERM', () => { console.log('bye'); process.exit(); });
  console.log('up', process.pid);
  setInterval(() => {}, 1000);
`;

function node(name: string, source: string): ProcessSpec {
  const isReady = (pid: number) => Promise.resolve(pidsOf(name).includes(pid));
  return { name, command: process.execPath, args: ['-e', source], isReady };
}

const untilPrinted = (look: () => boolean) => eventually(look, { output: () => lines.join('\n') });

/** The processes that have printed that they are up, in this order. */
function pidsOf(name: string): number[] {
  return lines.flatMap((line) => new RegExp(`^${name} +\\| up (\\d+)$`).exec(line)?.[1] ?? []).map(Number);
}

test('a killed process is restarted within a second, with a printed line; the others continue', async () => {
  await supervisor.start(node('api', GRACEFUL), node('worker', GRACEFUL));
  const [api = 0] = pidsOf('api');
  const [worker = 0] = pidsOf('worker');

  process.kill(worker, 'SIGKILL');
  const killedAt = Date.now();
  await untilPrinted(() => lines.some((line) => line.startsWith('worker died (SIGKILL)')));
  expect(Date.now() - killedAt).toBeLessThan(1000);

  await untilPrinted(() => pidsOf('worker').length === 2);
  const [, again = 0] = pidsOf('worker');
  expect(lines).toContain(`worker died (SIGKILL) and was started again: process ${again}`);
  expect([isAlive(api), isAlive(worker), isAlive(again)]).toEqual([true, false, true]);
  expect(pidsOf('api')).toHaveLength(1);
});

test('a process that ends by itself is restarted as well', async () => {
  await supervisor.start(
    node('api', `console.log('up', process.pid); setTimeout(() => process.exit(3), 300)`),
  );

  await untilPrinted(() => pidsOf('api').length === 3);

  expect(
    lines.filter((line) => line.startsWith('api died (exit code 3) and was started again')),
  ).toHaveLength(2);
});

test('a process that ends by itself before it was ever ready is not restarted: the start fails', async () => {
  const broken = node('api', `console.error('PORT must be a number'); process.exit(1)`);

  await expect(supervisor.start(broken, node('worker', GRACEFUL))).rejects.toThrow(
    'api ended with exit code 1 before it was ready',
  );
  expect(lines.filter((line) => line.startsWith('api'))).toEqual(['api      | PORT must be a number']);
});

test('a process that is killed before it was ready is restarted and becomes ready', async () => {
  const started = supervisor.start({
    ...node('api', GRACEFUL),
    isReady: () => Promise.resolve(pidsOf('api').length === 2),
  });
  await untilPrinted(() => pidsOf('api').length === 1);

  process.kill(pidsOf('api')[0] ?? 0, 'SIGKILL');

  await started;
});

test('groups are stopped in the reverse order of their start, each one completely', async () => {
  await supervisor.start(node('temporal', GRACEFUL), node('sms', GRACEFUL));
  await supervisor.start(
    node(
      'api',
      GRACEFUL.replace('process.exit()', `setTimeout(() => { console.log('done'); process.exit(); }, 300)`),
    ),
    node('worker', GRACEFUL),
  );
  const pids = ['temporal', 'sms', 'api', 'worker'].flatMap(pidsOf);

  await supervisor.stop();

  const goodbyes = lines.filter((line) => /bye|done/.test(line)).map((line) => line.replace(/ +\|/, ''));
  expect(goodbyes.slice(0, 3).toSorted()).toEqual(['api bye', 'api done', 'worker bye']);
  expect(goodbyes.slice(3).toSorted()).toEqual(['sms bye', 'temporal bye']);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(lines.join()).not.toContain('died');
});

test('a stop during a start ends the starting process', async () => {
  const started = supervisor.start({ ...node('api', GRACEFUL), isReady: () => Promise.resolve(false) });
  await untilPrinted(() => pidsOf('api').length === 1);

  await Promise.all([supervisor.stop(), expect(started).rejects.toThrow('api was stopped')]);

  expect(pidsOf('api').filter(isAlive)).toEqual([]);
});

test('a kill sends no SIGTERM', async () => {
  await supervisor.start(node('api', GRACEFUL.replace('process.exit()', '')));
  const [pid = 0] = pidsOf('api');

  supervisor.kill();

  await untilPrinted(() => !isAlive(pid));
  expect(lines.join()).not.toContain('bye');
});

test('the delay is the same for the first ten restarts in a row, and then grows up to 10 s', () => {
  const delays = Array.from({ length: 30 }, (_, index) => restartDelayMs(index + 1));

  expect(new Set(delays.slice(0, 10))).toEqual(new Set([100]));
  expect(delays.slice(10, 13)).toEqual([200, 400, 800]);
  expect(delays.at(-1)).toBe(10_000);
});

test('the error about a missing command names it', async () => {
  const missing = { ...node('temporal', GRACEFUL), command: '/nowhere/temporal' };

  await expect(supervisor.start(missing)).rejects.toThrow('/nowhere/temporal cannot be started');
});
