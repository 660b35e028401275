import crypto from 'node:crypto';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import type { Service } from '../../support/service';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  clientOf,
  send,
  SERVICE_SID,
  startVerifyService,
  TEMPLATE_SID,
  verifyTenant,
} from '../../support/verify-service';

const API_KEY = `SK${'e'.repeat(32)}`;
const SECRET = 'the-secret-of-the-api-key';
const OTHER_TEMPLATE = `HJ${'d'.repeat(32)}`;
const otherServices = ['1', '2', '3', '4'].map((digit) => `VA${digit.repeat(32)}`);
const ALL = [SERVICE_SID, ...otherServices];

let server: DevServer;
let service: Service;
let client: ReturnType<typeof clientOf>['client'];
let baseUrl: string;

beforeAll(async () => {
  server = await connectDevServer();
  ({ service, client, baseUrl } = await startVerifyService(server, {
    withWorker: false,
    apiKeys: { [API_KEY]: SECRET },
    verify: { defaultTemplateSid: TEMPLATE_SID, doNotShareWarningEnabled: true },
    tenants: [
      ...otherServices.map((serviceSid, index) =>
        verifyTenant(`other-${index}`, {
          policy: { codeLength: 4 + index },
          verify: {
            serviceSid,
            friendlyName: `Other ${index}`,
            templates: [
              {
                sid: OTHER_TEMPLATE,
                // The last two have the same name.
                name: `Template ${Math.min(index, 2)}`,
                locales: [{ locale: 'fr', sentence: '{name}: {code} {order}' }],
              },
            ],
          },
        }),
      ),
      verifyTenant('foreign', {
        authToken: 'another-token',
        verify: { serviceSid: `VA${'9'.repeat(32)}`, accountSid: `AC${'9'.repeat(32)}` },
      }),
    ],
  }));
});
afterAll(async () => {
  await service.stop();
  await server.close();
});

test('a service is fetched with the settings of its tenant', async () => {
  const { body } = await send(baseUrl, `/v2/Services/${SERVICE_SID}`);
  const url = `${baseUrl}/v2/Services/${SERVICE_SID}`;
  expect(body).toMatchObject({
    sid: SERVICE_SID,
    account_sid: ACCOUNT_SID,
    friendly_name: 'Shop',
    code_length: 6,
    lookup_enabled: false,
    psd2_enabled: false,
    tts_name: null,
    custom_code_enabled: true,
    do_not_share_warning_enabled: true,
    default_template_sid: TEMPLATE_SID,
    url,
    links: { verifications: `${url}/Verifications`, verification_checks: `${url}/VerificationCheck` },
  });
  expect(await client.verify.v2.services(otherServices[0] ?? '').fetch()).toMatchObject({ codeLength: 4 });
});

test('the list has all services of the account, and no others', async () => {
  const listed = await client.verify.v2.services.list();
  expect(listed.map(({ sid }) => sid)).toEqual(ALL);
});

test('an API key opens only the service that has it', async () => {
  const { client: withKey, shop } = clientOf(service, API_KEY, SECRET);
  expect((await withKey.verify.v2.services.list()).map(({ sid }) => sid)).toEqual([SERVICE_SID]);
  expect(await shop.fetch()).toMatchObject({ sid: SERVICE_SID });
  await expect(withKey.verify.v2.services(otherServices[0] ?? '').fetch()).rejects.toMatchObject({
    status: 404,
    code: 20404,
  });
  await expect(clientOf(service, API_KEY, AUTH_TOKEN).shop.fetch()).rejects.toMatchObject({ code: 20003 });
});

test('a request hashes its password once, whatever the number of services', async () => {
  const hashes = jest.spyOn(crypto, 'createHash');
  for (const path of ['/v2/Services', '/v2/Templates', `/v2/Services/${SERVICE_SID}`]) {
    hashes.mockClear();
    await send(baseUrl, path);
    expect({ path, hashes: hashes.mock.calls }).toEqual({ path, hashes: [['sha256']] });
  }
  hashes.mockRestore();
});

describe('pages', () => {
  test('the client follows them', async () => {
    const listed = await client.verify.v2.services.list({ pageSize: 2 });
    expect(listed.map(({ sid }) => sid)).toEqual(ALL);
    const limited = await client.verify.v2.services.list({ pageSize: 2, limit: 3 });
    expect(limited.map(({ sid }) => sid)).toEqual(ALL.slice(0, 3));
  });

  test('the client goes forward and back', async () => {
    const first = await client.verify.v2.services.page({ pageSize: 2 });
    expect(first.previousPageUrl).toBeUndefined();
    const second = await first.nextPage();
    expect(second?.instances.map(({ sid }) => sid)).toEqual(ALL.slice(2, 4));
    const third = await second?.nextPage();
    expect(third?.instances.map(({ sid }) => sid)).toEqual(ALL.slice(4));
    expect(third?.nextPageUrl).toBeUndefined();
    const back = await third?.previousPage();
    expect(back?.instances.map(({ sid }) => sid)).toEqual(ALL.slice(2, 4));
  });

  test('the first one has the addresses that Twilio gives', async () => {
    const { body } = await send(baseUrl, '/v2/Services');
    expect(body['meta']).toEqual({
      page: 0,
      page_size: 50,
      first_page_url: `${baseUrl}/v2/Services?PageSize=50&Page=0`,
      previous_page_url: null,
      url: `${baseUrl}/v2/Services?PageSize=50&Page=0`,
      next_page_url: null,
      key: 'services',
    });
  });

  test('one behind the last is empty', async () => {
    const { body } = await send(baseUrl, '/v2/Services?PageSize=2&Page=9');
    expect(body).toMatchObject({ services: [], meta: { page: 9, next_page_url: null } });
  });

  test('have at most 1,000 items; unknown and repeated parameters do not matter', async () => {
    const { body } = await send(baseUrl, '/v2/Services?PageSize=1&PageSize=5000&x=1&x=2');
    expect(body).toMatchObject({ meta: { page_size: 1_000 } });
  });

  test('an empty parameter is a missing one', async () => {
    const { body } = await send(baseUrl, '/v2/Services?PageSize=&Page=1&PageToken=');
    expect(body).toMatchObject({ services: [], meta: { page: 1, page_size: 50 } });
    const first = await send(baseUrl, '/v2/Services?Page=');
    expect(first.body).toMatchObject({ meta: { page: 0, page_size: 50 } });
  });

  test.each([
    'PageSize=0',
    'PageSize=-1',
    'PageSize=x',
    'PageSize=1.5',
    'PageSize=%20',
    'PageSize=0x10',
    'Page=-1',
    'Page=x',
    'Page=%20',
    'Page=1e1',
    'PageToken=x',
    'PageToken=-1',
    'PageToken=%20',
    'PageToken=1e1',
  ])('with %s are refused', async (query) => {
    const message = `Invalid parameter: ${query.split('=')[0]}`;
    expect(await send(baseUrl, `/v2/Services?${query}`)).toMatchObject({
      status: 400,
      body: { code: 60200, message },
    });
  });
});

describe('templates', () => {
  const names = ['default', 'Template 0', 'Template 1', 'Template 2', 'Template 2'];

  test('are listed with their translations, in Twilio’s notation', async () => {
    const { body } = await send(baseUrl, '/v2/Templates?FriendlyName=default');
    expect(body).toMatchObject({
      templates: [
        {
          sid: TEMPLATE_SID,
          account_sid: ACCOUNT_SID,
          friendly_name: 'default',
          channels: ['sms'],
          translations: {
            en: {
              is_default_translation: true,
              status: 'approved',
              locale: 'en',
              text: '{{friendly_name}}: {{code}} is your code. Order {{order}}.',
            },
            de: { is_default_translation: false, locale: 'de' },
          },
        },
      ],
      meta: { key: 'templates', url: `${baseUrl}/v2/Templates?FriendlyName=default&PageSize=50&Page=0` },
    });
  });

  test('are listed page by page', async () => {
    const listed = await client.verify.v2.templates.list({ pageSize: 2 });
    expect(listed.map(({ friendlyName }) => friendlyName)).toEqual(names);
  });

  test('are not filtered by an empty name', async () => {
    const { body } = await send(baseUrl, '/v2/Templates?FriendlyName=');
    expect(body).toMatchObject({ templates: names.map((name) => ({ friendly_name: name })) });
  });

  test('keep the filter on the next page', async () => {
    const filtered = await client.verify.v2.templates.list({ friendlyName: 'Template 2', pageSize: 1 });
    const found = { sid: OTHER_TEMPLATE, friendlyName: 'Template 2' };
    expect(filtered).toMatchObject([found, found]);
    expect(await client.verify.v2.templates.list({ friendlyName: 'none' })).toEqual([]);
  });
});
