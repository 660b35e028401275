import { VERIFICATION_MIB, WORKER_MIB } from '../../src/temporal/workflow-cache';
import type { Costs } from './model';

/**
 * The figures of docs/scaling.md. They were measured on PostgreSQL in an earlier run than those of docs/benchmark.md
 * ("On PostgreSQL" and "Where the difference comes from").
 */
export const COSTS: Costs = {
  api: { cpuMs: 10, busiestThreadMs: 6.5 },
  worker: { cpuMs: 21.4, busiestThreadMs: 7.1, baseMib: WORKER_MIB, mibPerVerification: VERIFICATION_MIB },
  // The server and PostgreSQL.
  temporal: { cpuMs: 33.8 + 21.9 },
  requestsToTemporal: 10,
  billableActions: 5,
  storedBytes: 33_000,
};
