import { createApiMetrics } from '../../src/telemetry/api-metrics';
import type { TemporalFacts } from '../../src/telemetry/temporal-gauges';
import { fakeClocks } from '../support/fake-clocks';
import { parseSamples, valueOf } from '../support/scrape';

afterEach(() => void jest.restoreAllMocks());

const DAY_SECONDS = 86_400;
const WAITING = { taskType: 'workflow', pollers: 0, backlog: 3, backlogAgeSeconds: 42.5 };
const FACTS: TemporalFacts = { isReachable: true, retentionSeconds: DAY_SECONDS, taskQueue: [WAITING] };
const SILENT: TemporalFacts = { isReachable: false, retentionSeconds: undefined, taskQueue: undefined };

/** Metrics that ask for `answers`, one after the other. */
function metricsWith(answers: TemporalFacts[], cacheMs = 0) {
  const metrics = createApiMetrics();
  let asked = 0;
  const ask = async () => answers[asked++] ?? SILENT;
  metrics.watchTemporal({ ask, longestCooldownSeconds: 2 * DAY_SECONDS, cacheMs });
  return {
    asked: () => asked,
    read: async () => parseSamples(await metrics.text()),
  };
}

test('the gauges say what Temporal says', async () => {
  const samples = await metricsWith([FACTS]).read();
  const value = (name: string, labels = {}) => valueOf(samples, `phone_verification_${name}`, labels);

  expect(value('temporal_reachable')).toBe(1);
  expect(value('task_queue_pollers', { task_type: 'workflow' })).toBe(0);
  expect(value('task_queue_backlog', { task_type: 'workflow' })).toBe(3);
  expect(value('task_queue_backlog_age_seconds', { task_type: 'workflow' })).toBe(42.5);
  expect(value('retention_seconds')).toBe(DAY_SECONDS);
  expect(value('longest_cooldown_seconds')).toBe(2 * DAY_SECONDS);
});

test('if Temporal does not answer, the task queue has no old values', async () => {
  const metrics = metricsWith([FACTS, SILENT]);
  await metrics.read();

  const samples = await metrics.read();

  expect(valueOf(samples, 'phone_verification_temporal_reachable')).toBe(0);
  expect(samples.filter(({ name }) => name.includes('task_queue'))).toEqual([]);
});

test('before the first answer there is no retention: 0 would be too short', async () => {
  const samples = await metricsWith([SILENT]).read();

  expect(valueOf(samples, 'phone_verification_retention_seconds')).toBeUndefined();
});

test('reads that follow soon, or come at the same time, do not ask Temporal again', async () => {
  const metrics = metricsWith([FACTS], 60_000);

  const [one, other] = await Promise.all([metrics.read(), metrics.read()]);
  await metrics.read();

  expect(metrics.asked()).toBe(1);
  for (const samples of [one, other])
    expect(valueOf(samples, 'phone_verification_temporal_reachable')).toBe(1);
});

test('after 10 s Temporal is asked again, also if the clock was set back', async () => {
  const clocks = fakeClocks();
  const metrics = metricsWith([FACTS, SILENT], 10_000);
  await metrics.read();
  clocks.setBackByAnHour();
  clocks.advance(10_000);

  const samples = await metrics.read();

  expect(valueOf(samples, 'phone_verification_temporal_reachable')).toBe(0);
});

test('without Temporal, the other metrics can be read', async () => {
  const samples = parseSamples(await createApiMetrics().text());

  expect(valueOf(samples, 'phone_verification_refusals_total', { code: 'not_found' })).toBe(0);
  expect(samples.filter(({ name }) => name.includes('temporal'))).toEqual([]);
});
