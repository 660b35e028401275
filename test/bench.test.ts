import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseOptions } from '../bench/options';
import { type Samples, summarize } from '../bench/results';
import { percentile, splitIntoRounds } from '../bench/statistics';
import { requiredEnv } from './support/service';

const PROJECT_DIRECTORY = path.resolve(__dirname, '..');

async function bench(...args: string[]) {
  const env = { PATH: process.env['PATH'], TEMPORAL_ADDRESS: requiredEnv('TEST_TEMPORAL_ADDRESS') };
  const command = ['--import', 'tsx', 'bench/main.ts', ...args];
  return promisify(execFile)(process.execPath, command, { cwd: PROJECT_DIRECTORY, env });
}

test('a small run prints one JSON object with the service, the floor and their ratio', async () => {
  const { stdout } = await bench(
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
  const figures = {
    throughput: expect.any(Number) as number,
    throughputAt: { 2: expect.any(Number) as number },
    startP50: expect.any(Number) as number,
    startP99: expect.any(Number) as number,
    checkP50: expect.any(Number) as number,
    checkP99: expect.any(Number) as number,
    historyEvents: 18,
  };
  const report = JSON.parse(stdout) as Record<'service' | 'floor' | 'ratio', Record<string, number>>;
  expect(report).toEqual({
    settings: { concurrency: [2], n: 10, rate: 5, seconds: 1 },
    machine: {
      cores: expect.any(Number) as number,
      node: process.version,
      temporal: 'server at TEMPORAL_ADDRESS',
    },
    service: { ...figures, historyEvents: 19 },
    floor: figures,
    ratio: expect.any(Object) as object,
  });
  expect(Object.keys(report.ratio)).toEqual(['throughput', 'startP50', 'checkP50', 'checkP99']);
  for (const [key, ratio] of Object.entries(report.ratio)) {
    expect(ratio).toBeCloseTo((report.service[key] ?? NaN) / (report.floor[key] ?? NaN), 3);
  }
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
  for (const option of ['--json', '--concurrency', '--n', '--rate', '--seconds'])
    expect(stdout).toContain(option);
});

test('by default, three concurrencies are measured', () => {
  expect(parseOptions([])).toEqual({
    json: false,
    settings: { concurrency: [1, 8, 32], n: 300, rate: 10, seconds: 30 },
  });
});

test('the figures combine all rounds, and the throughput is the one at the highest concurrency', () => {
  const sample = (seconds: number, ms: number): Samples => ({
    closedLoops: [
      { concurrency: 8, n: 30, seconds, workflowIds: [] },
      { concurrency: 8, n: 30, seconds: 3 * seconds, workflowIds: [] },
      { concurrency: 1, n: 30, seconds: 10 * seconds, workflowIds: [] },
    ],
    openLoop: [1, 2, 3].map((factor) => ({
      workflowId: '',
      startMs: factor * ms,
      checkMs: 10 * factor * ms,
    })),
    historyLengths: [18, 18, 21],
  });
  expect(summarize({ service: sample(2, 6), floor: sample(1, 3) })).toEqual({
    service: {
      throughput: 7.5,
      throughputAt: { 1: 1.5, 8: 7.5 },
      startP50: 12,
      startP99: 18,
      checkP50: 120,
      checkP99: 180,
      historyEvents: 19,
    },
    floor: {
      throughput: 15,
      throughputAt: { 1: 3, 8: 15 },
      startP50: 6,
      startP99: 9,
      checkP50: 60,
      checkP99: 90,
      historyEvents: 19,
    },
    ratio: { throughput: 0.5, startP50: 2, checkP50: 2, checkP99: 2 },
  });
});

test('a percentile is one of the measured values', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 100, 198, 200]);
  expect(() => percentile([], 0.5)).toThrow('A percentile needs at least one value');
});

test('rounds have nearly the same size, and their sum is the total', () => {
  expect(splitIntoRounds(300, 60)).toEqual([60, 60, 60, 60, 60]);
  expect(splitIntoRounds(130, 60)).toEqual([65, 65]);
  expect(splitIntoRounds(10, 60)).toEqual([10]);
  expect(splitIntoRounds(31, 10)).toEqual([10, 10, 11]);
});
