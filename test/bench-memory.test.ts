import { parseMemoryOptions } from '../bench/memory/options';
import { runSource } from './support/run-to-end';

test('a small run prints the memory after each wave, and memory and check latency for each number', async () => {
  const { exitCode, stdout, stderr } = await runSource(
    'bench/memory/main.ts',
    ['--open', '60,70', '--soak', '4', '--json'],
    {},
  );

  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('70 open verifications')]);
  const mib = expect.any(Number) as number;
  const memory = { apiResident: mib, apiHeap: mib, workerResident: mib, workerHeap: mib, workflowHeap: mib };
  const times = { p50: expect.any(Number) as number, p95: expect.any(Number) as number };
  expect(JSON.parse(stdout)).toEqual({
    soak: [0, 2, 4].map((ended) => ({ ended, memory })),
    growth: [60, 70].map((open) => ({ open, memory, checkOldest: times, checkNewest: times })),
  });
});

test.each([
  ['100,few', '--open takes whole numbers from 1 to 100000, not "few"'],
  ['10,100', '--open takes numbers from 50, each larger than the one before'],
  ['1000,100', '--open takes numbers from 50, each larger than the one before'],
])('--open %s is refused', (open, message) => {
  expect(() => parseMemoryOptions(['--open', open])).toThrow(message);
});
