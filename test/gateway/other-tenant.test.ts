import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  anotherGateway,
  receivedCode,
  startRequest,
  startService,
  untilPending,
  type Service,
} from '../support/service';
import { partsOf } from '../support/verification-id';
import { cancelSignal, deliveryReportSignal, submitSignal } from '../../src/workflows/definitions';

const by = { caller: 'mallory', idempotencyKey: undefined };
const notFound = { code: 'not_found' };

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

const gatewayOf = (tenantId: string) =>
  anotherGateway({ client: server.client, taskQueue: service.taskQueue }, tenantId);

test('a verification is not found for another tenant, which cannot change it', async () => {
  const { id, code } = await service.startAndReceive();
  const shop = gatewayOf('shop');
  await expect(shop.get(id)).rejects.toMatchObject(notFound);
  await expect(shop.check(id, code, by)).rejects.toMatchObject(notFound);
  await expect(shop.submit(id, code)).rejects.toMatchObject(notFound);
  await expect(shop.resend(id)).rejects.toMatchObject(notFound);
  await expect(shop.approve(id)).rejects.toMatchObject(notFound);
  await expect(shop.cancel(id)).rejects.toMatchObject(notFound);
  await expect(shop.requestCancel(id, null)).rejects.toMatchObject(notFound);
  await expect(shop.assertOpen(id)).rejects.toMatchObject(notFound);
  expect(await service.verifications.get(id)).toMatchObject({ attemptsRemaining: 4, endedAt: null });

  expect(await service.verifications.check(id, code, by)).toMatchObject({ verified: true });
  await expect(shop.get(id)).rejects.toMatchObject(notFound);
  await expect(shop.check(id, code, by)).rejects.toMatchObject(notFound);
});

test('a workflow ignores the Signals of another tenant, and those for another verification', async () => {
  const { id, phoneNumber } = await service.startAndReceive();
  await untilPending(service, id);
  const { workflowId, runId, nonce } = partsOf(id);
  const run = server.client.workflow.getHandle(workflowId, runId);
  const another = { tenantId: 'default', nonce: 'another' };
  for (const from of [{ tenantId: 'shop', nonce }, another]) {
    await run.signal(submitSignal, { ...from, digits: 4, tags: ['wrong'] });
    await run.signal(cancelSignal, { ...from, reason: null });
  }
  const [message] = service.sandbox.inbox(phoneNumber);
  const failure = { code: '30003', message: 'Lost.' };
  await run.signal(deliveryReportSignal, { ...another, sid: message?.sid ?? '', failure, messageIndex: 0 });

  expect(await service.verifications.get(id)).toMatchObject({ status: 'pending', attemptsRemaining: 4 });
});

test('another tenant finds nothing while no worker answers either', async () => {
  const { id } = await service.startAndReceive();
  await service.stopWorker();
  const shop = gatewayOf('shop');
  await expect(shop.submit(id, '1234')).rejects.toMatchObject(notFound);
  await expect(shop.submit(id, '123456')).rejects.toMatchObject(notFound);
  await expect(shop.requestCancel(id, null)).rejects.toMatchObject(notFound);
  await service.verifications.requestCancel(id, null);
  await service.startWorker();
});

test('two tenants can verify the same number at the same time', async () => {
  const { phoneNumber, code } = await service.startAndReceive();
  const { tenant, ...request } = startRequest(phoneNumber);
  const started = await gatewayOf('shop').start({ ...request, tenant: { ...tenant, id: 'shop' } });
  expect(started.outcome).toBe('started');
  // The worker of this test has no tenant "shop" and sends no message for it. The message is the default tenant's.
  expect(await receivedCode(service.sandbox, phoneNumber)).toBe(code);
  await gatewayOf('shop').cancel(started.verification.id);
});
