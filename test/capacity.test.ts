import { readFileSync } from 'node:fs';
import path from 'node:path';
import { COSTS } from '../bench/capacity/costs';
import { plan, throughputOf, type CpuMs, type Demand } from '../bench/capacity/model';
import { parseDemands } from '../bench/capacity/options';
import { maxCachedWorkflows } from '../src/temporal/workflow-cache';
import { runSource } from './support/run-to-end';

// The model of docs/scaling.md.

const page = readFileSync(path.join(__dirname, '../docs/scaling.md'), 'utf8');
const demand: Demand = { rate: 1_000, openSeconds: 30, retentionDays: 30, averageShare: 0.25 };

/** An earlier run than that of docs/benchmark.md, on both databases. `others`: Temporal, the sandbox and the load. */
const measured: readonly { name: string; cores: number; throughput: number; others: CpuMs }[] = [
  {
    name: 'PostgreSQL',
    cores: 2,
    throughput: 20.7,
    others: { postgres: 21.9, temporal: 33.8, sandbox: 3.4, load: 2.2 },
  },
  { name: 'SQLite', cores: 2, throughput: 25.2, others: { temporal: 35.3, sandbox: 3.1, load: 2 } },
];

test.each(measured)(
  'the model predicts the throughput on $name within 15 %',
  ({ cores, throughput, others }) => {
    const predicted = throughputOf(cores, { api: COSTS.api.cpuMs, worker: COSTS.worker.cpuMs, ...others });

    expect(predicted / throughput).toBeGreaterThan(0.85);
    expect(predicted / throughput).toBeLessThan(1.15);
  },
);

// `npm run bench:memory`: docs/scaling.md.
test.each([
  [1_000, 425.6],
  [2_000, 685.4],
])('the model predicts the memory of a worker with %i open verifications within 10 %', (open, mib) => {
  const rate = (2 * open) / demand.openSeconds;
  const { workers, workerMib } = plan(COSTS, { ...demand, rate });

  expect(workers).toBe(2);
  expect(workerMib / mib).toBeGreaterThan(0.9);
  expect(workerMib / mib).toBeLessThan(1.1);
});

test('the model and the worker agree on how much memory a verification needs', () => {
  const container = (4 / 3) * (COSTS.worker.baseMib + 1_000 * COSTS.worker.mibPerVerification) * 2 ** 20;

  expect(maxCachedWorkflows({ container, machine: 64 * 2 ** 30 })).toBe(1_000);
});

test('twice the rate needs about twice as much of everything, and at least two processes of each kind', () => {
  const one = plan(COSTS, demand);
  const two = plan(COSTS, { ...demand, rate: 2 * demand.rate });
  for (const [key, value] of Object.entries(one)) {
    const ratio = Reflect.get(two, key) / value;
    expect([key, ratio > 1.9 && ratio < 2.1]).toEqual([key, key !== 'workerMib']);
  }

  expect(plan(COSTS, { ...demand, rate: 0.1 })).toMatchObject({ apis: 2, workers: 2 });
});

test('npm run capacity prints the table of docs/scaling.md', async () => {
  const { exitCode, stdout } = await runSource('bench/capacity/main.ts', [], {});

  expect(exitCode).toBe(0);
  expect(page).toContain(stdout.trim());
});

test.each([
  [['--rates', '10,many'], '--rates takes numbers above 0, up to 1000000, not "many"'],
  [['--rates', '0x10'], '--rates takes numbers above 0, up to 1000000, not "0x10"'],
  [['--open', '0'], '--open takes numbers above 0, up to 1000000, not "0"'],
  [['--average', '250'], '--average takes numbers above 0, up to 100, not "250"'],
])('%j is refused', (args, message) => {
  expect(() => parseDemands(args)).toThrow(message);
});

test('npm run capacity ends at once with an error for an invalid option', async () => {
  expect(await runSource('bench/capacity/main.ts', ['--average', '250'], {})).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: '--average takes numbers above 0, up to 100, not "250"\n',
  });
});
