import type { Costs } from './model';

/** The figures of docs/benchmark.md ("On PostgreSQL" and "Where the difference comes from") and of docs/scaling.md. */
export const COSTS: Costs = {
  api: { cpuMs: 11.8, busiestThreadMs: 7.8 },
  worker: { cpuMs: 23.1, busiestThreadMs: 8.3, baseMib: 200, mibPerVerification: 0.25 },
  // The server and PostgreSQL.
  temporal: { cpuMs: 36.7 + 23.3 },
  requestsToTemporal: 10.2,
  billableActions: 5,
  storedBytes: 33_000,
};
