import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  receivedCode,
  startService,
  uniquePhoneNumber,
  untilPending,
  type Service,
} from '../support/service';
import { createTimeSkipping } from '../support/time-skipping';
import { partsOf } from '../support/verification-id';

const by = { caller: 'alice', idempotencyKey: undefined };

// This file has its own environment: the test server no longer skips time after a workflow ends before its activity.
let env: TestWorkflowEnvironment;
let service: Service;

beforeAll(async () => {
  env = await createTimeSkipping();
  service = await startService({ client: env.client, nativeConnection: env.nativeConnection });
});

afterAll(async () => {
  await service.stop();
  await env.teardown();
});

describe('while a message is being sent', () => {
  test('a right code verifies the number, and no window opens', async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('recorded', phoneNumber);
    const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
    const code = await receivedCode(service.sandbox, phoneNumber);
    expect(await service.verifications.get(verification.id)).toMatchObject({
      status: 'sending',
      expiresAt: null,
    });
    expect(await service.verifications.check(verification.id, code, by)).toMatchObject({
      verified: true,
      verification: { status: 'verified', expiresAt: null },
    });
    hold.release();
  });

  test('a cancel ends the verification, and no message arrives', async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', phoneNumber);
    const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
    await hold.untilHeld();
    expect(await service.verifications.cancel(verification.id)).toMatchObject({ status: 'canceled' });
    hold.disconnect();
    expect(service.sandbox.inbox(phoneNumber)).toEqual([]);
  });

  test('a cancel from the Web UI ends the verification as canceled, with a result', async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', phoneNumber);
    const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
    await hold.untilHeld();
    const run = env.client.workflow.getHandle(partsOf(verification.id).workflowId);
    await run.cancel();
    const result: unknown = await run.result();
    hold.disconnect();
    expect(result).toMatchObject({ status: 'canceled', expiresAt: null });
  });

  test('a cancel from the Web UI during a resend ends the verification as canceled', async () => {
    const quick = await startService({
      client: env.client,
      nativeConnection: env.nativeConnection,
      policy: { resendIntervalMs: 0 },
    });
    const { id, phoneNumber } = await quick.startAndReceive();
    await untilPending(quick, id);
    const hold = quick.sandbox.hold('received', phoneNumber);
    await quick.verifications.resend(id);
    await hold.untilHeld();
    const { workflowId } = partsOf(id);
    await env.client.workflow.getHandle(workflowId).cancel();
    expect(await env.client.workflow.getHandle(workflowId).result()).toMatchObject({ status: 'canceled' });
    hold.disconnect();
    await quick.stop();
  });
});
