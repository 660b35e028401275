import { randomUUID } from 'node:crypto';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { longestCooldownSeconds, retentionWarning } from '../../src/temporal/retention';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { serviceEnv, startSource, untilPrinted } from '../support/processes';
import { DEFAULT_COOLDOWN_SECONDS } from '../support/service';

const A_WEEK = [...DEFAULT_COOLDOWN_SECONDS, 604_800];
const shortLived = `short-lived-${randomUUID()}`;
let server: DevServer;

beforeAll(async () => {
  server = await connectDevServer();
  await server.client.workflowService.registerNamespace({
    namespace: shortLived,
    workflowExecutionRetentionPeriod: msNumberToTs(86_400_000),
  });
});

afterAll(() => server.close());

const warningFor = (namespace: string, cooldownSeconds: number[]) =>
  retentionWarning(server.nativeConnection, namespace, longestCooldownSeconds([{ cooldownSeconds }]));

test('a cool-down longer than the retention causes a warning with the command that fixes it', async () => {
  expect(await warningFor(shortLived, A_WEEK)).toBe(
    `Namespace ${shortLived} keeps closed workflows for 86400 s, but the longest cool-down is ` +
      '604800 s (COOLDOWN_SECONDS, or cooldownSeconds in TENANTS_FILE): it ends early. To change the retention: ' +
      `temporal operator namespace update --namespace ${shortLived} --retention 30d`,
  );
});

test('the command sets enough days for the longest cool-down', async () => {
  expect(await warningFor(shortLived, [0, 60 * 86_400 + 1])).toMatch(/--retention 61d$/);
});

test('no warning for the default cool-downs, or for one that is as long as the retention', async () => {
  expect(await warningFor(shortLived, DEFAULT_COOLDOWN_SECONDS)).toBeUndefined();
  expect(await warningFor('default', DEFAULT_COOLDOWN_SECONDS)).toBeUndefined();
  expect(await warningFor('default', [30 * 86_400])).toBeUndefined();
});

test('no warning if the retention cannot be read', async () => {
  expect(await warningFor('nowhere', A_WEEK)).toBeUndefined();
});

test.each([
  { namespace: shortLived, warnings: 1 },
  { namespace: 'default', warnings: 0 },
])('a worker warns $warnings times at its start in namespace $namespace', async ({ namespace, warnings }) => {
  const worker = startSource(
    'src/worker.ts',
    serviceEnv({
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_TASK_QUEUE: `retention-${randomUUID()}`,
      COOLDOWN_SECONDS: A_WEEK.join(','),
    }),
  );
  await untilPrinted(worker, '"state":"RUNNING"');
  worker.kill('SIGTERM');
  await worker.exited;

  const lines = worker.output().split('\n');
  expect(lines.filter((line) => line.includes('the longest cool-down is'))).toHaveLength(warnings);
});
