import type { MemoryReport } from './measure';
import type { Memory } from './memory';

/** The figures as two tables for people. */
export function table({ soak, growth }: MemoryReport): string {
  const heads = ['API, MiB', 'its heap', 'worker, MiB', 'its heap', 'workflows'];
  const cells = (memory: Memory) => [
    memory.apiResident,
    memory.apiHeap,
    memory.workerResident,
    memory.workerHeap,
    memory.workflowHeap,
  ];
  return [
    line('ended', ...heads),
    ...soak.map(({ ended, memory }) => line(ended, ...cells(memory))),
    '',
    line('open', ...heads, 'oldest p50', 'p95', 'newest p50', 'p95'),
    ...growth.map(({ open, memory, checkOldest, checkNewest }) =>
      line(open, ...cells(memory), checkOldest.p50, checkOldest.p95, checkNewest.p50, checkNewest.p95),
    ),
  ].join('\n');
}

function line(...cells: (string | number)[]): string {
  return cells.map((cell) => `${cell}`.padStart(12)).join('');
}
