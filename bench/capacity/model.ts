import { sum } from '../statistics';

/** CPU time for one verification, in ms on one core, by process. Several processes of a kind count together. */
export type CpuMs = Readonly<Record<string, number>>;

/** How many verifications a second `cores` complete at most if these processes share them and do nothing else. */
export function throughputOf(cores: number, cpuMs: CpuMs): number {
  return (1_000 * cores) / sum(Object.values(cpuMs));
}

/** What one verification costs. */
export interface Costs {
  /** CPU time for one verification, in ms. `busiestThreadMs`: of the thread that has the most work. */
  readonly api: { readonly cpuMs: number; readonly busiestThreadMs: number };
  readonly worker: {
    readonly cpuMs: number;
    readonly busiestThreadMs: number;
    /** Resident memory in MiB, without any verification, and for each one that is kept in memory. */
    readonly baseMib: number;
    readonly mibPerVerification: number;
  };
  /** Of the Temporal server and its database together. */
  readonly temporal: { readonly cpuMs: number };
  readonly requestsToTemporal: number;
  readonly billableActions: number;
  /** In Temporal's database, in bytes: the history, the memo, the row in visibility and the indexes. */
  readonly storedBytes: number;
}

export interface Demand {
  /** Verifications that start in one second, at the peak. */
  readonly rate: number;
  /** How long a verification is open on average, in seconds: until the code is typed, or else until its window closes. */
  readonly openSeconds: number;
  /** For how many days Temporal keeps closed verifications. */
  readonly retentionDays: number;
  /** The average rate divided by the peak. It decides how much is stored. */
  readonly averageShare: number;
}

export interface Plan {
  readonly open: number;
  readonly apis: number;
  readonly apiCores: number;
  readonly workers: number;
  readonly workerCores: number;
  /** What one worker needs to keep its share of the open verifications in memory. */
  readonly workerMib: number;
  readonly temporalCores: number;
  readonly requestsPerSecond: number;
  readonly actionsPerSecond: number;
  readonly storedGib: number;
}

/** How much of a thread or a core is used at the peak. The rest is for bursts, and for a process that has just failed. */
const UTILIZATION = 0.6;
/** One can be restarted while the other one works. */
const LEAST_PROCESSES = 2;
const SECONDS_PER_DAY = 86_400;
const GIB = 2 ** 30;

/** What a demand needs. Processes, memory and storage are rounded up. */
export function plan(costs: Costs, { rate, openSeconds, retentionDays, averageShare }: Demand): Plan {
  const processes = (busiestThreadMs: number) =>
    Math.max(LEAST_PROCESSES, Math.ceil((rate * busiestThreadMs) / (1_000 * UTILIZATION)));
  const cores = (cpuMs: number) => Math.ceil((10 * rate * cpuMs) / (1_000 * UTILIZATION)) / 10;
  const open = Math.ceil(rate * openSeconds);
  const workers = processes(costs.worker.busiestThreadMs);
  const { baseMib, mibPerVerification } = costs.worker;
  const kept = rate * averageShare * SECONDS_PER_DAY * retentionDays;
  return {
    open,
    apis: processes(costs.api.busiestThreadMs),
    apiCores: cores(costs.api.cpuMs),
    workers,
    workerCores: cores(costs.worker.cpuMs),
    workerMib: Math.ceil(baseMib + mibPerVerification * (open / workers)),
    temporalCores: cores(costs.temporal.cpuMs),
    requestsPerSecond: Math.ceil(rate * costs.requestsToTemporal),
    actionsPerSecond: Math.ceil(rate * costs.billableActions),
    storedGib: Math.ceil((kept * costs.storedBytes) / GIB),
  };
}
