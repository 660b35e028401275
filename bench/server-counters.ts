import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop } from './closed-loop';
import { increase, mapValues, type Counters } from './counters';
import type { RunReader } from './run-reader';
import type { Side } from './side';

/** What Temporal's metrics say about one verification. */
export interface ServerCosts {
  /** Requests to Temporal by operation, the workers' polls included. */
  readonly requests: Counters;
  /** What Temporal Cloud would bill, by type. */
  readonly actions: Counters;
}

const LOAD = { n: 100, concurrency: 8 };
/** The server updates its metrics once a second. */
const METRICS_INTERVAL_MS = 1_500;

const REQUEST = /^service_requests\{namespace="default",operation="(\w+)",service_name="frontend"\} (\S+)$/gm;
const ACTION = /^action\{action_type="(\w+)",.*namespace="default".*\} (\S+)$/gm;
const DESCRIBE = 'DescribeWorkflowExecution';

/** Runs some verifications while nothing else runs, and reads from the server's metrics what they cost. */
export async function serverCosts(side: Side, runs: RunReader, metricsUrl: string): Promise<ServerCosts> {
  const before = await readMetrics(metricsUrl);
  const describes = runs.describes();
  await closedLoop(side, LOAD, runs, async () => ({}));
  const after = await readMetrics(metricsUrl);
  const requests = increase(before.requests, after.requests);
  const byRunReader = runs.describes() - describes;
  return {
    requests: perVerification({ ...requests, [DESCRIBE]: (requests[DESCRIBE] ?? 0) - byRunReader }),
    actions: perVerification(increase(before.actions, after.actions)),
  };
}

async function readMetrics(url: string): Promise<ServerCosts> {
  await sleep(METRICS_INTERVAL_MS);
  const text = await (await fetch(url)).text();
  return { requests: countersIn(text, REQUEST), actions: countersIn(text, ACTION) };
}

/** Sums the samples that match, by the first group. */
function countersIn(text: string, sample: RegExp): Counters {
  const counters: Record<string, number> = {};
  for (const [, name = '', value] of text.matchAll(sample))
    counters[name] = (counters[name] ?? 0) + Number(value);
  return counters;
}

function perVerification(counters: Counters): Counters {
  const used = Object.entries(counters).filter(([, count]) => count > 0);
  return mapValues(Object.fromEntries(used), (count) => Number((count / LOAD.n).toFixed(2)));
}
