import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { deliveryReportSignal } from '../../src/workflows/messages';
import {
  eventually,
  receivedCode,
  requiredEnv,
  startService,
  testDataConverter,
  uniquePhoneNumber,
  type Service,
} from '../support/service';
import { createTimeSkipping } from '../support/time-skipping';
import { partsOf } from '../support/verification-id';
import { runOf } from '../replay/steps';

// After an outage of the workers, one workflow task can have the result of a message and what was sent to the run
// meanwhile. The SDK handles Signals and Updates first.

let env: TestWorkflowEnvironment;
let service: Service;

beforeAll(async () => {
  env = await createTimeSkipping();
  service = await startService({
    client: env.client,
    nativeConnection: env.nativeConnection,
    withWorker: false,
    policy: { maxAttempts: 1 },
  });
});

afterAll(async () => {
  await service.stop();
  await env.teardown();
});

/** A worker without a cache: the test server never gives another worker the tasks of a cached workflow. */
async function withWorkflowWorker<Value>(work: () => Promise<Value>): Promise<Value> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: service.taskQueue,
    dataConverter: testDataConverter,
    workflowBundle: { codePath: requiredEnv('TEST_WORKFLOW_BUNDLE') },
    maxCachedWorkflows: 0,
  });
  return worker.runUntil(work);
}

/** A verification whose message was accepted. The workflow does not know it yet: no worker runs. */
async function acceptedDuringOutage() {
  const phoneNumber = uniquePhoneNumber();
  const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
  const { id } = verification;
  const run = runOf(service, id);
  const events = async () => (await run.fetchHistory()).events ?? [];
  await withWorkflowWorker(() =>
    eventually(async () => (await events()).some((event) => event.activityTaskScheduledEventAttributes)),
  );
  await service.startWorker(undefined, 'activities');
  await eventually(async () => (await events()).some((event) => event.activityTaskCompletedEventAttributes));
  await service.stopWorker();
  const code = await receivedCode(service.sandbox, phoneNumber);
  const from = { tenantId: 'default', nonce: partsOf(id).nonce };
  return { id, run, code, wrongCode: code === '0000' ? '1111' : '0000', from };
}

/** The run's result, after a worker has come back. */
async function resultAfterOutage({ run }: Awaited<ReturnType<typeof acceptedDuringOutage>>) {
  return withWorkflowWorker(() => run.result());
}

describe('an outage of the workers does not make the window longer', () => {
  /** The workflow task that waits for a worker holds the server's clock: a second sleep releases it. */
  const outageOf = (ms: number) => Promise.all([env.sleep(ms), env.sleep(ms)]);

  test('a right code that is handled when the window must be over does not count', async () => {
    const started = await acceptedDuringOutage();
    await outageOf(120_000);
    await service.verifications.submit(started.id, started.code);
    expect(await resultAfterOutage(started)).toMatchObject({ status: 'expired', attemptsRemaining: 1 });
  });

  test('a delivery report that is handled late opens the window no later than a message can be accepted', async () => {
    const started = await acceptedDuringOutage();
    await outageOf(60_000);
    const report = { nonce: started.from.nonce, sid: 'SM1', failure: null, messageIndex: 0 };
    await started.run.signal(deliveryReportSignal, report);
    const { status, messagesAt, expiresAt } = await resultAfterOutage(started);
    expect(status).toBe('expired');
    const windowAndSending = Date.parse(expiresAt ?? '') - Date.parse(messagesAt[0] ?? '');
    expect(windowAndSending).toBe(30_000 + 90_000);
  });
});
