import { createRunList } from '../../../src/gateway/search/run-list';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { eventually, startService, untilPending, type Service } from '../../support/service';
import { partsOf } from '../../support/verification-id';

// An operator can pause a run (`temporal workflow pause`), if the Temporal server allows it.

const BY = { caller: 'alice', idempotencyKey: undefined };
const namespace = 'default';

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
});

afterEach(async () => {
  await service.stop();
});

afterAll(async () => {
  await server.close();
});

async function startAndPause() {
  const started = await service.startAndReceive();
  await untilPending(service, started.id);
  const { expiresAt } = await service.verifications.get(started.id);
  const { workflowId, runId } = partsOf(started.id);
  const { workflowService } = server.client;
  await workflowService.pauseWorkflowExecution({ namespace, workflowId, runId, reason: 'operator' });
  return {
    ...started,
    expiresAt,
    workflowId,
    unpause: () => workflowService.unpauseWorkflowExecution({ namespace, workflowId, runId }),
  };
}

test('a verification whose run is paused has not ended, and continues afterwards', async () => {
  service = await startService(server);
  const { verifications } = service;
  const { id, code, wrongCode, phoneNumber, workflowId, unpause } = await startAndPause();
  const unavailable = { code: 'worker_unavailable', refusal: { reason: expect.stringContaining('paused') } };

  await expect(verifications.get(id)).rejects.toMatchObject(unavailable);
  await expect(verifications.check(id, wrongCode, BY)).rejects.toMatchObject({ code: 'worker_unavailable' });
  await expect(verifications.start(service.startRequest(phoneNumber))).rejects.toMatchObject({
    code: 'verification_in_progress',
  });
  await verifications.submit(id, code);
  const listed = await createRunList(server.client)(workflowId);
  expect(listed).toMatchObject([{ execution: 'Paused', verification: undefined }]);

  await unpause();
  expect(await verifications.get(id)).toMatchObject({ status: 'verified', attemptsRemaining: 3 });
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
});

test('the window goes on while a run is paused: afterwards the verification has expired', async () => {
  service = await startService({ ...server, policy: { windowMs: 5_000 } });
  const { id, expiresAt, unpause } = await startAndPause();
  await eventually(() => Date.now() > Date.parse(expiresAt ?? ''));

  await unpause();
  await eventually(async () => (await service.verifications.get(id)).status === 'expired');
});
