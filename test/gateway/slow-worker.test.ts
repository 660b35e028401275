import { connectDevServer, type DevServer } from '../support/dev-server';
import { eventually, startService, type Service } from '../support/service';

/** How long the worker does not answer. */
const PAUSE_MS = 1_000;

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, cooldownSeconds: [0] });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

test('a start waits until a run that has ended is closed, also if the worker is slow to say that it has ended', async () => {
  const { id, phoneNumber } = await service.startAndReceive();
  await service.verifications.cancel(id);
  await service.stopWorker();

  const started = service.verifications.start(service.startRequest(phoneNumber));
  const startedAt = performance.now();
  await eventually(() => performance.now() - startedAt > PAUSE_MS);
  await service.startWorker();

  expect(await started).toMatchObject({ outcome: 'started', verification: { status: 'sending' } });
});
