import { setTimeout as delay } from 'node:timers/promises';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { startService, type Service } from '../../support/service';

/** How long the answer of the worker takes. */
const ANSWER_MS = 1_000;

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, cooldownSeconds: [0] });
});

afterEach(() => jest.restoreAllMocks());

afterAll(async () => {
  await service.stop();
  await server.close();
});

test('a start waits until a run that has ended is closed, also if the worker is slow to say that it has ended', async () => {
  const { id, phoneNumber } = await service.startAndReceive();
  await service.verifications.cancel(id);
  const { workflowService } = server.client;
  const query = workflowService.queryWorkflow.bind(workflowService);
  jest.spyOn(workflowService, 'queryWorkflow').mockImplementation(async (request) => {
    await delay(ANSWER_MS);
    return query(request);
  });

  const started = await service.verifications.start(service.startRequest(phoneNumber));

  expect(started).toMatchObject({ outcome: 'started', verification: { status: 'sending' } });
});
