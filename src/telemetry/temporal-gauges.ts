import { Gauge, type Registry } from 'prom-client';

/** The tasks of one type: `workflow` or `activity`. */
export interface TaskQueueFacts {
  readonly taskType: string;
  /** The processes that asked for tasks in the last minutes. */
  readonly pollers: number;
  /** Tasks that wait for a worker. */
  readonly backlog: number;
  /** How long the oldest of them has waited. */
  readonly backlogAgeSeconds: number;
}

/** What Temporal says. Undefined: it did not answer. */
export interface TemporalFacts {
  readonly taskQueue: readonly TaskQueueFacts[] | undefined;
  readonly retentionSeconds: number | undefined;
  readonly isReachable: boolean;
}

export interface WatchTemporal {
  /** Asks Temporal. It has a deadline and never throws. */
  readonly ask: () => Promise<TemporalFacts>;
  readonly longestCooldownSeconds: number;
  /** Temporal is not asked again sooner than this. Default: 10 s. */
  readonly cacheMs?: number;
}

const CACHE_MS = 10_000;

/**
 * Registers the gauges. The returned function brings them up to date. Only the API can have them: without any worker,
 * no worker could say so.
 */
export function createTemporalGauges(registry: Registry, watch: WatchTemporal): () => Promise<void> {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const reachable = gauge('phone_verification_temporal_reachable', '1 if Temporal answers, otherwise 0');
  const pollers = gauge(
    'phone_verification_task_queue_pollers',
    'Workers that asked the task queue for tasks in the last minutes, by type of task',
    ['task_type'],
  );
  const backlog = gauge(
    'phone_verification_task_queue_backlog',
    'Tasks that wait for a worker, by type of task',
    ['task_type'],
  );
  const backlogAge = gauge(
    'phone_verification_task_queue_backlog_age_seconds',
    'How long the oldest waiting task has waited, by type of task',
    ['task_type'],
  );
  const retention = gauge(
    'phone_verification_retention_seconds',
    'How long the namespace keeps closed workflows',
  );
  // Until Temporal has answered, there is no value.
  retention.remove();
  gauge('phone_verification_longest_cooldown_seconds', 'The longest cool-down of all tenants').set(
    watch.longestCooldownSeconds,
  );

  const { cacheMs = CACHE_MS } = watch;
  /** `until`: by `performance.now()`. The system's clock can be set back: then old values would stay. */
  let last: { readonly until: number; readonly refreshed: Promise<void> } | undefined;

  async function refresh(): Promise<void> {
    const { isReachable, taskQueue, retentionSeconds } = await watch.ask();
    reachable.set(isReachable ? 1 : 0);
    // Without an answer there are no values: old ones could hide an outage.
    for (const each of [pollers, backlog, backlogAge]) each.reset();
    for (const { taskType: task_type, ...facts } of taskQueue ?? []) {
      pollers.set({ task_type }, facts.pollers);
      backlog.set({ task_type }, facts.backlog);
      backlogAge.set({ task_type }, facts.backlogAgeSeconds);
    }
    if (retentionSeconds !== undefined) retention.set(retentionSeconds);
  }

  // Reads at the same time share one question.
  return async () => {
    const now = performance.now();
    if (last === undefined || now >= last.until) last = { until: now + cacheMs, refreshed: refresh() };
    await last.refreshed;
  };
}
