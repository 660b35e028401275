import { VERIFICATION_MIB, WORKER_MIB } from '../../src/temporal/workflow-cache';
import type { Costs } from './model';

/** The figures of docs/benchmark.md ("On PostgreSQL" and "Where the difference comes from") and of docs/scaling.md. */
export const COSTS: Costs = {
  api: { cpuMs: 12.4, busiestThreadMs: 7.8 },
  worker: { cpuMs: 23.2, busiestThreadMs: 8.3, baseMib: WORKER_MIB, mibPerVerification: VERIFICATION_MIB },
  // The server and PostgreSQL.
  temporal: { cpuMs: 35.5 + 21.8 },
  requestsToTemporal: 10.2,
  billableActions: 5,
  storedBytes: 33_000,
};
