import { createRunList } from '../../../src/gateway/search/run-list';
import { parseVerificationId } from '../../../src/gateway/ids';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { startService, untilPending, type Service } from '../../support/service';

// An operator can pause a run (`temporal workflow pause`), if the Temporal server allows it.

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService(server);
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

async function startAndPause() {
  const started = await service.startAndReceive();
  await untilPending(service, started.id);
  const { workflowId = '', runId = '' } = parseVerificationId(started.id) ?? {};
  const { workflowService } = server.client;
  const namespace = 'default';
  await workflowService.pauseWorkflowExecution({ namespace, workflowId, runId, reason: 'operator' });
  return {
    ...started,
    workflowId,
    unpause: () => workflowService.unpauseWorkflowExecution({ namespace, workflowId, runId }),
  };
}

test('a verification whose run is paused has not ended, and continues afterwards', async () => {
  const { verifications } = service;
  const { id, code, wrongCode, phoneNumber, unpause } = await startAndPause();
  const unavailable = { code: 'worker_unavailable', refusal: { reason: expect.stringContaining('paused') } };

  await expect(verifications.get(id)).rejects.toMatchObject(unavailable);
  await expect(
    verifications.check(id, wrongCode, { caller: 'alice', idempotencyKey: undefined }),
  ).rejects.toMatchObject({ code: 'worker_unavailable' });
  await expect(verifications.start(service.startRequest(phoneNumber))).rejects.toMatchObject({
    code: 'verification_in_progress',
  });
  await verifications.submit(id, code);

  await unpause();
  expect(await verifications.get(id)).toMatchObject({ status: 'verified', attemptsRemaining: 3 });
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
});

test('operators see that the run is paused', async () => {
  const { workflowId, unpause } = await startAndPause();

  expect(await createRunList(server.client)(workflowId)).toMatchObject([
    { execution: 'Paused', verification: undefined },
  ]);
  await unpause();
});
