import { connectDevServer, type DevServer } from '../../support/dev-server';
import { LogLines } from '../../support/log-lines';
import { parseSamples, valueOf } from '../../support/scrape';
import { eventually, startService, type Service } from '../../support/service';
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

describe('without a tenant that has verify', () => {
  let service: Service;
  let log: LogLines;

  beforeAll(async () => {
    log = new LogLines();
    service = await startService({ ...server, withWorker: false, log });
  });
  afterAll(() => service.stop());

  test.each([
    ['application/x-www-form-urlencoded', 'To=%2B14255550123&Channel=sms'],
    ['application/json', '{'],
    ['text/xml', '<a/>'],
  ])('the answer says so, also if the body is %s', async (contentType, payload) => {
    const response = await service.app.inject({
      method: 'POST',
      url: `/v2/Services/${SERVICE_SID}/Verifications`,
      headers: { authorization, 'content-type': contentType },
      payload,
    });

    expect(response.statusCode).toBe(404);
    // Clients in Go and Java can't read an error without these fields and types.
    expect(response.json()).toEqual({
      code: 20404,
      message: 'The API of Twilio Verify is switched off: no tenant in TENANTS_FILE has verify',
      more_info: 'https://www.twilio.com/docs/errors/20404',
      status: 404,
    });
  });

  test('the request is counted and logged as a refusal', async () => {
    const labels = { code: '20404' };
    const refusals = async () =>
      valueOf(parseSamples(await service.metrics.text()), 'phone_verification_refusals_total', labels) ?? 0;
    const before = await refusals();
    log.lines.splice(0);

    await service.app.inject({ url: `/v2/Services/${SERVICE_SID}`, headers: { authorization } });

    expect(await refusals()).toBe(before + 1);
    const line = await eventually(() => log.lines.find(({ route }) => route !== undefined));
    expect(line).toMatchObject({ status: 404, code: 20404, msg: 'request refused' });
  });
});
