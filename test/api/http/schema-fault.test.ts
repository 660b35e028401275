import { connectDevServer, type DevServer } from '../../support/dev-server';
import { API_KEYS, startService, type Service } from '../../support/service';

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, withWorker: false });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

async function detailOf(payload: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${API_KEYS[0]}` };
  const response = await service.app.inject({ method: 'POST', url: '/verifications', headers, payload });
  expect(response.statusCode).toBe(400);
  return response.json<{ detail: unknown }>().detail;
}

test.each(['clientIP', 'phone_number', '_', 'a', 'x-trace-id', 'a'.repeat(40)])(
  'the error names the unknown property %s',
  async (name) => {
    const detail = await detailOf({ phoneNumber: '+14255550123', [name]: 'x' });
    expect(detail).toBe(`body must NOT have the property "${name}".`);
  },
);

test.each([
  '+14255550123',
  '14255550123',
  '2168',
  '-2168',
  '',
  'a b',
  'someone@example.com',
  'a\n',
  'naïve',
  'a.b',
  'a'.repeat(41),
])('the error does not name an unknown property that is not an identifier: %j', async (name) => {
  const detail = await detailOf({ phoneNumber: '+14255550123', [name]: 'x' });
  expect(detail).toBe('body must NOT have additional properties.');
});

test.each(['localhost', '203.0.113.300', '2001:db8::x', ''])(
  'the error says that %j is not an IP address',
  async (clientIp) => {
    const detail = await detailOf({ phoneNumber: '+14255550123', clientIp });
    expect(detail).toBe('body/clientIp must be an IP address.');
  },
);
