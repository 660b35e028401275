import { connectDevServer, type DevServer } from '../../support/dev-server';
import type { Service } from '../../support/service';
import { SERVICE_SID, send, startVerifyService } from '../../support/verify-service';

const MAX_ACCEPTED = 30;
const LIST = '/v2/Attempts';
const unavailable = { status: 503, body: { code: 20503 } };

let server: DevServer;
let service: Service;
let baseUrl: string;

beforeAll(async () => {
  server = await connectDevServer();
  ({ service, baseUrl } = await startVerifyService(server));
});

afterEach(() => jest.restoreAllMocks());

afterAll(async () => {
  await service.stop();
  await server.close();
});

test('of many searches at once, few run, and those beyond the bound get 503 at once', async () => {
  const running: (() => void)[] = [];
  let isOver = false;
  const list = jest
    .spyOn(server.client.workflowService, 'listWorkflowExecutions')
    .mockImplementation(async () => {
      if (!isOver) await new Promise<void>((resolve) => running.push(resolve));
      return { executions: [], nextPageToken: new Uint8Array() } as never;
    });
  const all = Array.from({ length: MAX_ACCEPTED + 10 }, () => send(baseUrl, LIST));
  const refused = await Promise.any(all);
  expect(refused).toMatchObject(unavailable);
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(await send(baseUrl, `${LIST}/Summary`)).toMatchObject(unavailable);
  expect(list).toHaveBeenCalledTimes(3);
  // Other requests are served.
  expect(await send(baseUrl, `/v2/Services/${SERVICE_SID}`)).toMatchObject({ status: 200 });
  isOver = true;
  for (const end of running) end();
  const statuses = (await Promise.all(all)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(MAX_ACCEPTED);
});
