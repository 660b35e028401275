import { randomUUID } from 'node:crypto';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { retentionWarning } from '../../src/temporal/retention';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { printed, serviceEnv, startProcess } from '../support/processes';
import { DEFAULT_COOLDOWN_SECONDS } from '../support/service';

jest.setTimeout(60_000);

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
  retentionWarning(server.nativeConnection, namespace, cooldownSeconds);

test('a wait that is longer than the retention is named with it, and with the command that mends it', async () => {
  expect(await warningFor(shortLived, A_WEEK)).toBe(
    `Namespace ${shortLived} keeps what ended for 86400 s, and COOLDOWN_SECONDS has a wait of 604800 s: ` +
      `such a wait ends early. To change that: ` +
      `temporal operator namespace update --namespace ${shortLived} --retention 30d`,
  );
});

test('the command asks for as many days as the wait has', async () => {
  expect(await warningFor(shortLived, [0, 60 * 86_400 + 1])).toMatch(/--retention 61d$/);
});

test('a wait as long as the retention is no reason to warn, nor is any of the defaults', async () => {
  expect(await warningFor(shortLived, DEFAULT_COOLDOWN_SECONDS)).toBeUndefined();
  expect(await warningFor('default', DEFAULT_COOLDOWN_SECONDS)).toBeUndefined();
  expect(await warningFor('default', [30 * 86_400])).toBeUndefined();
});

test('a retention that can not be read keeps no worker from starting', async () => {
  expect(await warningFor('nowhere', A_WEEK)).toBeUndefined();
});

test.each([
  { namespace: shortLived, warnings: 1 },
  { namespace: 'default', warnings: 0 },
])('a worker’s start says it $warnings times in namespace $namespace', async ({ namespace, warnings }) => {
  const worker = startProcess(
    'src/worker.ts',
    serviceEnv({
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_TASK_QUEUE: `retention-${randomUUID()}`,
      COOLDOWN_SECONDS: A_WEEK.join(','),
    }),
  );
  await printed(worker, '"state":"RUNNING"');
  worker.kill('SIGTERM');
  await worker.exited;

  const lines = worker.output().split('\n');
  expect(lines.filter((line) => line.includes('COOLDOWN_SECONDS has a wait'))).toHaveLength(warnings);
});
