import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createApiMetrics } from '../../src/telemetry/api-metrics';
import { findOnPath } from '../../harness/executables/find-executable';
import { parseSamples, valueOf } from '../support/scrape';
import { runToEnd } from '../support/run-to-end';

// No package of npm or pip evaluates PromQL. So this needs `promtool`, which Debian's package `prometheus` has, and tests
// nothing without it. test/e2e/metrics.test.ts parses the rules without it.
test('the alerts fire when they should, and only then (needs promtool)', async () => {
  const promtool = await findOnPath('promtool', process.env['PATH'] ?? '');
  if (promtool === undefined) return;

  const files = ['alerts.promtool.yaml', 'alerts-next-day.promtool.yaml'];
  const tested = await runToEnd(promtool, ['test', 'rules', ...files], {}, __dirname);

  expect(tested).toMatchObject({ exitCode: 0, stderr: '' });
});

// `increase` does not see the first value of a new series: many requests can be refused before it is read.
test('each limit of an alert is counted from 0', async () => {
  const rules = readFileSync(path.join(__dirname, '../../docs/alerts.yaml'), 'utf8');
  const [, limits = ''] = /code="rate_limited", limit=~"([^"]+)"/.exec(rules) ?? [];
  const samples = parseSamples(await createApiMetrics().text());

  const counts = limits
    .split('|')
    .map((limit) => valueOf(samples, 'phone_verification_refusals_total', { code: 'rate_limited', limit }));

  expect(counts).toEqual([0, 0, 0]);
});
