import type { Costs } from './model';

/**
 * From one run of `npm run bench -- --databases postgresql` and one of `npm run bench:memory`: docs/benchmark.md has the
 * figures and the machine.
 */
export const COSTS: Costs = {
  api: { cpuMs: 11.5, busiestThreadMs: 7.8 },
  worker: { cpuMs: 23.7, busiestThreadMs: 8.3, baseMib: 200, mibPerVerification: 0.25 },
  // The server and PostgreSQL.
  temporal: { cpuMs: 35.4 + 22.4 },
  requestsToTemporal: 10.2,
  billableActions: 5,
  storedBytes: 33_000,
};
