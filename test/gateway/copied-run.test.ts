import { randomBytes } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { deriveCode } from '../../src/crypto/code';
import { createDataConverter } from '../../src/temporal/data-converter';
import { formatVerificationId } from '../../src/gateway/ids';
import { parseMemo } from '../../src/gateway/stored-data';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  eventually,
  startService,
  testDataConverter,
  testKeyRing,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../support/service';
import { partsOf } from '../support/verification-id';

// An attacker who can write to the namespace copies the input and the memo of an open run to other workflow IDs, to
// guess the code there.

const by = { caller: 'mallory', idempotencyKey: undefined };

let server: DevServer;
let service: Service;

afterEach(async () => {
  await service.stop();
  await server.close();
});

async function begin(encrypted: boolean): Promise<void> {
  const dataConverter = createDataConverter(testKeyRing, encrypted, () => {});
  server = await connectDevServer({
    dataConverter: encrypted ? createDataConverter(testKeyRing, true) : testDataConverter,
  });
  service = await startService({ ...server, dataConverter });
}

/** Copies a run to a random workflow ID, which belongs to no number. The copy has the original's nonce. */
async function copy(publicId: string): Promise<{ id: string; workflowId: string; nonce: string }> {
  const original = partsOf(publicId);
  const { workflowService } = server.client;
  const execution = { workflowId: original.workflowId, runId: original.runId };
  const { history } = await workflowService.getWorkflowExecutionHistory({ namespace: 'default', execution });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const workflowId = `phone-verification:${randomBytes(16).toString('hex')}`;
  const { runId } = await workflowService.startWorkflowExecution({
    namespace: 'default',
    workflowId,
    workflowType: { name: 'phoneVerification' },
    taskQueue: { name: service.taskQueue },
    input: started?.input ?? null,
    memo: started?.memo ?? null,
    requestId: workflowId,
  });
  const { nonce } = original;
  return { id: formatVerificationId({ workflowId, runId, nonce }), workflowId, nonce };
}

test('without encryption, the copy has another code: guesses at it reveal nothing about the original', async () => {
  await begin(false);
  const original = await service.startAndReceive();
  const copied = await copy(original.id);
  const other = deriveCode(testKeyRing.first, copied, 4);
  expect(await service.verifications.check(copied.id, original.code, by)).toMatchObject({ verified: false });
  // The copied tag was derived from the original's workflow ID: so no code is right for the copy.
  expect(await service.verifications.check(copied.id, other, by)).toMatchObject({ verified: false });
  expect(await service.verifications.check(original.id, original.code, by)).toMatchObject({ verified: true });
});

test('with encryption, the copy can’t be read: it fails, and the original continues', async () => {
  await begin(true);
  const original = await service.startAndReceive();
  const copied = await copy(original.id);
  const { WORKFLOW_EXECUTION_STATUS_RUNNING: running, WORKFLOW_EXECUTION_STATUS_FAILED: failed } =
    temporal.api.enums.v1.WorkflowExecutionStatus;
  const ended = await eventually(async () => {
    const { workflowExecutionInfo } = await server.client.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId: copied.workflowId },
    });
    return workflowExecutionInfo?.status === running ? undefined : workflowExecutionInfo?.status;
  });
  expect(ended).toBe(failed);
  const guess = service.verifications.check(copied.id, wrongCodeFor(original.code), by);
  await expect(guess).rejects.toThrow('belongs to another workflow');
  expect(await service.verifications.check(original.id, original.code, by)).toMatchObject({ verified: true });
});

test.each(['without encryption', 'with encryption'])(
  '%s, foreign signals are ignored, and the run continues',
  async (encryption) => {
    await begin(encryption === 'with encryption');
    const { id, code } = await service.startAndReceive();
    const { workflowId, runId } = partsOf(id);
    // Temporal's CLI and Web UI always send payloads without encryption.
    const values = [null, 42, 'x', [], {}, { nonce: null }, { nonce: 'x', tags: null, digits: 'x' }];
    const texts = [
      ...values.map((value) => ['json/plain', JSON.stringify(value)] as const),
      ['json/plain', 'not JSON'],
      ['foo/bar', 'z'],
      ['binary/encrypted', 'z'],
      ['binary/protobuf', 'z'],
      ['json/protobuf', 'z'],
    ] as const;
    const payloads = texts.map(([encoding, data]) => ({
      metadata: { encoding: Buffer.from(encoding) },
      data: Buffer.from(data),
    }));
    for (const signalName of ['submit', 'cancel', 'deliveryReport', 'unknown']) {
      for (const input of [undefined, ...payloads]) {
        await server.client.workflowService.signalWorkflowExecution({
          namespace: 'default',
          workflowExecution: { workflowId, runId },
          signalName,
          ...(input && { input: { payloads: [input] } }),
          requestId: randomBytes(16).toString('hex'),
        });
      }
    }
    expect(await service.verifications.check(id, code, by)).toMatchObject({ verified: true });
  },
);

test('Temporal ends a stuck run one day after its window, and callers see it as expired', async () => {
  await begin(false);
  await service.stopWorker();
  const { verification } = await service.verifications.start(service.startRequest(uniquePhoneNumber()));
  const { workflowId, runId } = partsOf(verification.id);
  const { executionConfig } = await server.client.workflowService.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId, runId },
  });
  const timeoutSeconds = Number(executionConfig?.workflowRunTimeout?.seconds);
  expect(timeoutSeconds).toBe(90 + 24 * 3_600);
  const { memo = {} } = await server.client.workflow.getHandle(workflowId, runId).describe();
  const stuck = `${workflowId.slice(0, -4)}0000`;
  const handle = await server.client.workflow.start('phoneVerification', {
    workflowId: stuck,
    taskQueue: service.taskQueue,
    args: [null],
    memo,
    workflowRunTimeout: 1_000,
  });
  const { nonce } = parseMemo(memo);
  const id = formatVerificationId({ workflowId: stuck, runId: handle.firstExecutionRunId, nonce });
  const ended = await eventually(async () => {
    const { status } = await handle.describe();
    return status.name === 'RUNNING' ? undefined : status.name;
  });
  expect(ended).toBe('TIMED_OUT');
  expect(await service.verifications.get(id)).toMatchObject({ status: 'expired', attemptsRemaining: 0 });
});
