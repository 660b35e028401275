import { connectDevServer, type DevServer } from '../../support/dev-server';
import { startService, type Service } from '../../support/service';
import { ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID, startVerifyService } from '../../support/verify-service';

const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;

let server: DevServer;
let verifyService: Awaited<ReturnType<typeof startVerifyService>>;

beforeAll(async () => {
  server = await connectDevServer();
  verifyService = await startVerifyService(server, { withWorker: false });
});
afterAll(async () => {
  await verifyService.service.stop();
  await server.close();
});

test('rate limits and a safe list are not there to read', async () => {
  const { client, shop } = verifyService;
  const gone = { status: 404, code: 20404 };

  await expect(shop.rateLimits.list()).rejects.toMatchObject(gone);
  await expect(client.verify.v2.safelist('+14255550123').fetch()).rejects.toMatchObject(gone);
});

test('without a tenant that has verify, the answer says so', async () => {
  const service: Service = await startService({ ...server, withWorker: false });
  try {
    const response = await service.app.inject({
      method: 'POST',
      url: `/v2/Services/${SERVICE_SID}/Verifications`,
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'To=%2B14255550123&Channel=sms',
    });

    expect(response.statusCode).toBe(404);
    // Clients in Go and Java can't read an error without these fields and types.
    expect(response.json()).toEqual({
      code: 20404,
      message: 'The API of Twilio Verify is switched off: no tenant in TENANTS_FILE has verify',
      more_info: 'https://www.twilio.com/docs/errors/20404',
      status: 404,
    });
  } finally {
    await service.stop();
  }
});
