import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseOptions } from '../bench/options';
import { type Samples, summarize } from '../bench/results';
import { median, percentile, splitIntoRounds } from '../bench/statistics';
import { PROJECT_DIRECTORY, TYPESCRIPT_OPTIONS } from '../harness/project';
import { requiredEnv } from './support/service';

async function bench(...args: string[]) {
  const env = { PATH: process.env['PATH'], TEMPORAL_ADDRESS: requiredEnv('TEST_TEMPORAL_ADDRESS') };
  const command = [...TYPESCRIPT_OPTIONS, 'bench/main.ts', ...args];
  return promisify(execFile)(process.execPath, command, { cwd: PROJECT_DIRECTORY, env });
}

test('a small run prints one JSON object with the service, the floor and their ratio, and writes a plot', async () => {
  const svg = path.join(tmpdir(), `bench-${randomUUID()}.svg`);
  const { stdout } = await bench(
    '--tls',
    '--svg',
    svg,
    '--json',
    '--concurrency',
    '2',
    '--n',
    '10',
    '--rate',
    '5',
    '--seconds',
    '1',
  );
  const number = expect.any(Number) as number;
  const figures = {
    throughput: number,
    throughputAt: { 2: number },
    cpu: number,
    startP50: number,
    startP99: number,
    checkP50: number,
    checkP99: number,
    historyBytes: number,
  };
  expect(JSON.parse(stdout)).toEqual({
    settings: { concurrency: [2], n: 10, rate: 5, seconds: 1, apis: 1, workers: 1, tls: true },
    machine: {
      cores: expect.any(Number) as number,
      node: process.version,
      temporal: 'server at TEMPORAL_ADDRESS',
    },
    service: {
      ...figures,
      cpuAt: { 2: { api: number, worker: number, sandbox: number, load: number } },
      historyEvents: 19,
    },
    floor: { ...figures, cpuAt: { 2: { load: number, 'floor-worker': number } }, historyEvents: 18 },
    ratio: {
      throughput: number,
      throughputAt: { 2: number },
      cpu: number,
      startP50: number,
      checkP50: number,
      checkP99: number,
    },
  });
  expect(await readFile(svg, 'utf8')).toContain('<svg');
  await rm(svg);
});

test('an invalid option ends it at once with an error about this option', async () => {
  await expect(bench('--n', 'many')).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: '--n takes whole numbers from 1 to 100000, not "many"\n',
  });
  await expect(bench('--cuncurrency', '8')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Unknown option '--cuncurrency'") as string,
  });
});

test('--help shows every option', async () => {
  const { stdout } = await bench('--help');
  const options = ['--json', '--svg', '--tls', '--concurrency', '--n', '--rate', '--seconds', '--databases'];
  for (const option of options) expect(stdout).toContain(option);
});

test('by default, three concurrencies are measured', () => {
  expect(parseOptions([])).toEqual({
    json: false,
    svg: undefined,
    databases: undefined,
    settings: { concurrency: [1, 8, 32], n: 300, rate: 10, seconds: 30, apis: 1, workers: 1, tls: false },
  });
});

test('the figures are medians of the rounds, and the throughput is the one at the highest concurrency', () => {
  const loop = (concurrency: number, seconds: number, cpuMs: number) => ({
    concurrency,
    n: 30,
    seconds,
    cpuMs: { api: cpuMs, worker: 2 * cpuMs, load: cpuMs, 'floor-worker': cpuMs, temporal: 4 * cpuMs },
    workflowIds: [],
  });
  const answers = (ms: number) =>
    [1, 2, 3].map((factor) => ({ workflowId: '', startMs: factor * ms, checkMs: 10 * factor * ms }));
  const sample = (seconds: number, ms: number): Samples => ({
    closedLoops: [
      loop(8, seconds, 30 * ms),
      loop(8, 2 * seconds, 60 * ms),
      // As a busy moment of the machine would make it.
      loop(8, 9 * seconds, 900 * ms),
      loop(1, 10 * seconds, 30 * ms),
    ],
    openLoops: [answers(ms), answers(2 * ms), answers(9 * ms)],
    serverCosts: undefined,
    histories: [
      { events: 18, bytes: 2000 },
      { events: 20, bytes: 3000 },
    ],
  });

  const { service, floor, ratio } = summarize({ service: sample(2, 6), floor: sample(1, 3) });

  expect(service).toEqual({
    throughput: 7.5,
    throughputAt: { 1: 1.5, 8: 7.5 },
    cpu: 36,
    cpuAt: {
      1: { api: 6, worker: 12, load: 6, temporal: 24 },
      8: { api: 12, worker: 24, load: 12, temporal: 48 },
    },
    startP50: 24,
    startP99: 162,
    checkP50: 240,
    checkP99: 1620,
    historyEvents: 19,
    historyBytes: 2500,
    serverCosts: undefined,
  });
  expect(floor).toMatchObject({ throughput: 15, cpu: 12, cpuAt: { 8: { load: 6, 'floor-worker': 6 } } });
  expect(ratio).toEqual({
    throughput: 0.5,
    throughputAt: { 1: 0.5, 8: 0.5 },
    cpu: 3,
    startP50: 2,
    checkP50: 2,
    checkP99: 2,
  });
});

test('a percentile is one of the measured values', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 100, 198, 200]);
  expect(() => percentile([], 0.5)).toThrow('A percentile needs at least one value');
});

test('the median is in the middle of the values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test('there are at least five rounds. They have nearly the same size, and their sum is the total', () => {
  expect(splitIntoRounds(360, 60)).toEqual([60, 60, 60, 60, 60, 60]);
  expect(splitIntoRounds(130, 60)).toEqual([26, 26, 26, 26, 26]);
  expect(splitIntoRounds(3, 60)).toEqual([1, 1, 1]);
  expect(splitIntoRounds(61, 10)).toEqual([10, 10, 10, 10, 10, 11]);
});
