import { findOnPath } from '../../harness/executables/find-executable';
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
