import { Runtime } from '@temporalio/worker';
import { workflowMetricSinks } from '../../src/telemetry/workflow-metrics';
import { quietRuntime } from '../support/service';

beforeAll(quietRuntime);

test('what a replay measures again is dropped', () => {
  const { record } = workflowMetricSinks(Runtime.instance().metricMeter).verificationMetrics;

  expect(record.callDuringReplay).toBe(false);
});
