import { connectDevServer, type DevServer } from '../../support/dev-server';
import { workflowIdFor } from '../../../src/gateway/ids';
import {
  eventually,
  receivedCode,
  testDigests,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../../support/service';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  SERVICE_SID,
  send,
  startVerifyService,
  TEMPLATE_SID,
  verifyTenant,
  type RawAnswer,
} from '../../support/verify-service';

// Every row of Twilio's parameters: what is taken, ignored and refused. All answers are compared with Twilio's OpenAPI
// document by the client and by `send`.

const WARNING_SID = `VA${'1'.repeat(32)}`;
const TEMPLATE_SERVICE_SID = `VA${'2'.repeat(32)}`;
const OTHER_TEMPLATE_SID = `HJ${'3'.repeat(32)}`;

let server: DevServer;
let service: Service;
let shop: Awaited<ReturnType<typeof startVerifyService>>['shop'];
let baseUrl: string;

beforeAll(async () => {
  server = await connectDevServer();
  ({ service, shop, baseUrl } = await startVerifyService(server, {
    tenants: [
      verifyTenant('warning', { verify: { serviceSid: WARNING_SID, doNotShareWarningEnabled: true } }),
      verifyTenant('template', {
        verify: {
          serviceSid: TEMPLATE_SERVICE_SID,
          defaultTemplateSid: TEMPLATE_SID,
          templates: [
            {
              sid: TEMPLATE_SID,
              name: 'default',
              locales: [
                { locale: 'en', sentence: '{code} for {name}, {ttl} minutes' },
                { locale: 'de', sentence: '{code} für {name}, {ttl} Minuten' },
              ],
            },
            {
              sid: OTHER_TEMPLATE_SID,
              name: 'other',
              locales: [{ locale: 'en', sentence: 'Another: {code}' }],
            },
          ],
        },
      }),
    ],
  }));
});
afterAll(async () => {
  await service.stop();
  await server.close();
});

const CREATE = `/v2/Services/${SERVICE_SID}/Verifications`;
const CHECK = `/v2/Services/${SERVICE_SID}/VerificationCheck`;
const json = (value: unknown) => JSON.stringify(value);

const create = (fields: Record<string, string>, to = uniquePhoneNumber()) =>
  send(baseUrl, CREATE, { body: { To: to, Channel: 'sms', ...fields } });
const check = (fields: Record<string, string>) => send(baseUrl, CHECK, { body: fields });
const textTo = (to: string) => service.sandbox.inbox(to)[0]?.body;

const invalid = (parameter: string) => ({
  status: 400,
  body: { code: 60200, message: `Invalid parameter: ${parameter}` },
});

async function startPending() {
  const to = uniquePhoneNumber();
  const { sid } = await shop.verifications.create({ to, channel: 'sms' });
  return { to, sid, code: await receivedCode(service.sandbox, to) };
}

describe('To', () => {
  test.each([
    '',
    '4255550123',
    '+0425550123',
    '+1',
    '+1425555',
    '+123456789012345678',
    'a@example.com',
    '+1 425 555 0123',
  ])('the number %j is refused, and the message repeats it', async (to) => {
    const message = `Invalid parameter \`To\`: ${to}`;
    expect(await create({}, to)).toMatchObject({ status: 400, body: { code: 60200, message } });
  });

  test('is refused by a check in the same way', async () => {
    const message = 'Invalid parameter `To`: +1 425 555 0123';
    expect(await check({ To: '+1 425 555 0123', Code: '123456' })).toMatchObject({
      status: 400,
      body: { code: 60200, message },
    });
  });

  test('a create without it is refused', async () => {
    expect(await send(baseUrl, CREATE, { body: { Channel: 'sms' } })).toMatchObject({
      body: { code: 60200 },
    });
  });

  test('a plus sign that was not percent-encoded is read as one', async () => {
    const to = uniquePhoneNumber();
    expect(await send(baseUrl, CREATE, { body: `To=${to}&Channel=sms` })).toMatchObject({
      status: 201,
      body: { to },
    });
    const Code = await receivedCode(service.sandbox, to);
    expect(await send(baseUrl, CHECK, { body: `To=${to}&Code=${Code}` })).toMatchObject({
      body: { to, status: 'approved' },
    });
    expect(await send(baseUrl, CREATE, { body: `To=++${to.slice(1)}&Channel=sms` })).toMatchObject({
      status: 400,
    });
  });
});

describe('Channel', () => {
  test.each([
    ['call', 60223, 'Delivery channel disabled: CALL'],
    ['whatsapp', 60223, 'Delivery channel disabled: WHATSAPP'],
    ['email', 60217, 'A Mailer must be associated with the service'],
    ['sna', 60200, 'Invalid parameter: Channel'],
    ['SMS', 60200, 'Invalid parameter: Channel'],
    ['', 60200, 'Invalid parameter: Channel'],
  ])('%j is refused with %i', async (channel, code, message) => {
    expect(await create({ Channel: channel })).toMatchObject({ status: 400, body: { code, message } });
  });

  test('auto is answered as sms', async () => {
    expect(await create({ Channel: 'auto' })).toMatchObject({ status: 201, body: { channel: 'sms' } });
  });
});

/** Creates with fields that are checked, and without any effect on the text. */
test.each<[name: string, fields: Record<string, string>]>([
  ['unknown fields', { CodeLength: '4', Templates: '[]', 'Risk.TelemetryId': 'x', to: 'y', __proto__x: '1' }],
  ['SendDigits', { SendDigits: 'ww1' }],
  ['ChannelConfiguration', { ChannelConfiguration: 'no JSON' }],
  ['EnableSnaClientToken', { EnableSnaClientToken: 'true' }],
  ['CustomMessage', { CustomMessage: 'Another text' }],
  ['Amount and Payee', { Amount: '€39.99', Payee: 'Acme Inc.' }],
  ['Tags', { Tags: json({ tenant_id: '12345' }) }],
  [
    'ten Tags',
    { Tags: json(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, 'v'.repeat(128)]))) },
  ],
  ['RiskCheck=enable', { RiskCheck: 'enable' }],
  ['RiskCheck=disable', { RiskCheck: 'disable' }],
  ['an IPv4 DeviceIp', { DeviceIp: '198.51.100.7' }],
  ['an IPv6 DeviceIp', { DeviceIp: '2001:db8::1' }],
  ['an unknown name in RateLimits', { RateLimits: json({ unknown: 'x' }) }],
  ['an unknown Locale', { Locale: 'tlh' }],
  ['TemplateCustomSubstitutions without a template', { TemplateCustomSubstitutions: json({ order: '1' }) }],
  [
    'empty optional fields',
    { CustomCode: '', TemplateSid: '', AppHash: '', DeviceIp: '', Tags: '', RiskCheck: '', Locale: '' },
  ],
])('a create with %s has the standard text', async (_name, fields) => {
  const to = uniquePhoneNumber();
  const answer = await create(fields, to);
  expect(answer).toMatchObject({ status: 201, body: { to, amount: null, payee: null, sna: null } });
  expect(answer.body['lookup']).toEqual({ carrier: null });
  expect(textTo(to)).toMatch(/^Your Shop verification code is: \d{6}$/);
});

const LONG = 'x'.repeat(129);
test.each<[field: string, value: string]>([
  ['Tags', 'no JSON'],
  ['Tags', '["a"]'],
  ['Tags', json(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [index, ''])))],
  ['Tags', json({ [LONG]: '1' })],
  ['Tags', json({ a: LONG })],
  ['Tags', json({ a: [LONG] })],
  ['RiskCheck', 'off'],
  ['DeviceIp', '0.000.00.000'],
  ['DeviceIp', '198.51.100.7:80'],
  ['DeviceIp', 'localhost'],
  ['RateLimits', '[]'],
  ['RateLimits', 'session'],
  ['TemplateCustomSubstitutions', 'no JSON'],
  ['TemplateCustomSubstitutions', '"text"'],
  ['TemplateCustomSubstitutions', json({ order: 'x'.repeat(101) })],
  ['TemplateCustomSubstitutions', json({ order: 'x\n@evil.example #123456' })],
  ['TemplateCustomSubstitutions', json({ order: '\u202e' })],
  ['TemplateCustomSubstitutions', json({ unused: 'x'.repeat(101) })],
  ['TemplateCustomSubstitutions', json(Object.fromEntries(Array.from({ length: 21 }, (_, i) => [i, ''])))],
  ['Locale', 'x'.repeat(36)],
  ['AppHash', 'short'],
  ['AppHash', 'twelve-chars'],
  ['CustomCode', '123'],
  ['CustomCode', '12345678901'],
  ['CustomCode', '12a4'],
  ['CustomCode', ' 1234'],
  ['CustomFriendlyName', 'x'.repeat(31)],
  ['CustomFriendlyName', 'Pay at example.com'],
  ['CustomFriendlyName', 'https://x'],
  ['CustomFriendlyName', 'two\nlines'],
  ['CustomFriendlyName', 'Code 123456'],
  ['CustomFriendlyName', 'Code 1 2 3 4 5'],
  ['CustomFriendlyName', 'Code 1 - 2 - 3 - 4 - 5'],
  ['CustomFriendlyName', 'Code ١٢٣٤٥'],
  ['CustomFriendlyName', 'Code １２３４５'],
  ['CustomFriendlyName', 'Code ①②③④⑤'],
  ['CustomFriendlyName', 'Pay at пример.рф'],
  ['CustomFriendlyName', 'Pay at example．com'],
  ['CustomFriendlyName', 'Pay at ｅｘａｍｐｌｅ.ｃｏｍ'],
  ['CustomFriendlyName', 'two\u2028lines'],
  ['CustomFriendlyName', 'two\u2029lines'],
  ['CustomFriendlyName', 'a\u0000b'],
  ['CustomFriendlyName', 'a\u0085b'],
  ['CustomFriendlyName', 'Shop\u202Epohs'],
  ['CustomFriendlyName', '\u2067Shop'],
  ['CustomFriendlyName', '\uFDFA'.repeat(2)],
])('%s=%j is an invalid parameter', async (field, value) => {
  expect(await create({ [field]: value })).toMatchObject(invalid(field));
});

test.each(['Tags', 'RateLimits', 'TemplateCustomSubstitutions'])(
  '%s with a deeply nested value is an invalid parameter',
  async (field) => {
    const value = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(await create({ [field]: value })).toMatchObject(invalid(field));
  },
);

describe('the text', () => {
  test.each<[name: string, fields: Record<string, string>, text: RegExp]>([
    [
      'CustomFriendlyName',
      { CustomFriendlyName: 'Blumen & Söhne 24' },
      /^Your Blumen & Söhne 24 verification/,
    ],
    ['a title', { CustomFriendlyName: 'Dr. Smith & Co. Inc.' }, /^Your Dr\. Smith & Co\. Inc\. verif/],
    ['the usual form of characters', { CustomFriendlyName: 'Ｓｈｏｐ 24' }, /^Your Shop 24 verif/],
    ['AppHash', { AppHash: 'AbCdEf+/123' }, /^<#> Your Shop verification code is: \d{6}\nAbCdEf\+\/123$/],
    ['AppHash with auto', { AppHash: 'AbCdEf+/123', Channel: 'auto' }, /^<#> /],
    [
      'TemplateSid',
      { TemplateSid: TEMPLATE_SID, TemplateCustomSubstitutions: json({ order: 7, extra: 'x' }) },
      /^Shop: \d{6} is your code\. Order 7\.$/,
    ],
    [
      'TemplateSid and Locale',
      { TemplateSid: TEMPLATE_SID, Locale: 'de_CH', TemplateCustomSubstitutions: json({ order: '7' }) },
      /^Shop: \d{6} ist Ihr Code\. Bestellung 7\.$/,
    ],
    [
      'TemplateSid in capital letters',
      {
        TemplateSid: TEMPLATE_SID.toUpperCase(),
        TemplateCustomSubstitutions: json({ order: '7' }),
      },
      /is your code/,
    ],
    [
      'an unknown Locale of a template',
      { TemplateSid: TEMPLATE_SID, Locale: 'fr', TemplateCustomSubstitutions: json({ order: '7' }) },
      /is your code/,
    ],
    ['CustomCode', { CustomCode: '0042' }, /: 0042$/],
  ])('follows %s', async (_name, fields, text) => {
    const to = uniquePhoneNumber();
    expect(await create(fields, to)).toMatchObject({ status: 201 });
    expect(textTo(to)).toMatch(text);
  });

  test('stores the values of the variables of its template, and no others', async () => {
    const longest = 'x'.repeat(100);
    const values = Object.fromEntries(Array.from({ length: 19 }, (_, index) => [`unused${index}`, longest]));
    const fields = { TemplateCustomSubstitutions: json({ ...values, order: longest }) };
    for (const [template, stored] of [
      [{ TemplateSid: TEMPLATE_SID }, { templateSid: TEMPLATE_SID, substitutions: { order: longest } }],
      [{}, {}],
    ] as const) {
      const to = uniquePhoneNumber();
      const locale = 'x'.repeat(35);
      expect(await create({ ...fields, ...template, Locale: locale }, to)).toMatchObject({ status: 201 });
      const workflowId = workflowIdFor(testDigests.phoneNumber('shop', to));
      const { events } = await server.client.workflow.getHandle(workflowId).fetchHistory();
      const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
      const { wording } = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { wording: object };
      expect(wording).toEqual({ ...stored, locale });
    }
  });

  test('of a joined create follows its own fields', async () => {
    const { to, code } = await startPending();
    expect(await create({ CustomFriendlyName: 'Blumen' }, to)).toMatchObject({ status: 201 });
    await eventually(() => textTo(to) === `Your Blumen verification code is: ${code}`);
  });
});

describe('the text of a service', () => {
  test('with doNotShareWarningEnabled ends with the warning', async () => {
    const to = uniquePhoneNumber();
    const path = `/v2/Services/${WARNING_SID}/Verifications`;
    expect(await send(baseUrl, path, { body: { To: to, Channel: 'sms' } })).toMatchObject({ status: 201 });
    expect(textTo(to)).toMatch(
      /^Your Shop verification code is: \d{6}\. Don't share this code with anyone\.$/,
    );
  });

  test('with defaultTemplateSid is that template, also over REST, unless a create names another', async () => {
    const path = `/v2/Services/${TEMPLATE_SERVICE_SID}/Verifications`;
    const [first, second, third] = [uniquePhoneNumber(), uniquePhoneNumber(), uniquePhoneNumber()];
    await send(baseUrl, path, { body: { To: first, Channel: 'sms', Locale: 'de-AT' } });
    expect(textTo(first)).toMatch(/^\d{6} für Shop, 10 Minuten$/);
    await service.app.inject({
      method: 'POST',
      url: '/verifications',
      headers: { authorization: 'Bearer template-key' },
      payload: { phoneNumber: second },
    });
    await receivedCode(service.sandbox, second);
    expect(textTo(second)).toMatch(/^\d{6} for Shop, 10 minutes$/);
    await send(baseUrl, path, { body: { To: third, Channel: 'sms', TemplateSid: OTHER_TEMPLATE_SID } });
    expect(textTo(third)).toMatch(/^Another: \d{6}$/);
  });
});

describe('a form', () => {
  test('may repeat a field: the last value counts', async () => {
    const to = uniquePhoneNumber();
    const body = `To=x&Channel=call&To=${encodeURIComponent(to)}&Channel=sms`;
    expect(await send(baseUrl, CREATE, { body })).toMatchObject({ status: 201, body: { to } });
  });

  test.each([
    ['JSON', 'application/json', json({ To: '+14255550123', Channel: 'sms' })],
    ['text', 'text/plain', 'To=%2B14255550123&Channel=sms'],
    ['multipart', 'multipart/form-data; boundary=x', '--x--'],
  ])('of another content type (%s) is refused, in words', async (_name, contentType, body) => {
    const headers = { 'content-type': contentType };
    for (const path of [CREATE, CHECK, `${CREATE}/VE${'0'.repeat(32)}`]) {
      const answer = await send(baseUrl, path, { body, headers });
      const message = 'Invalid body: send a form, with Content-Type: application/x-www-form-urlencoded';
      expect(answer).toMatchObject({ status: 400, body: { code: 60200, message } });
    }
    expect(await send(baseUrl, CREATE, { body: '', headers })).toMatchObject(invalid('Channel'));
  });

  test('may be missing', async () => {
    expect(await send(baseUrl, CREATE, { method: 'POST' })).toMatchObject(invalid('Channel'));
    expect(await send(baseUrl, CHECK, { method: 'POST' })).toMatchObject(invalid('Code'));
  });

  test('with a character set is read', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
    const body = { To: uniquePhoneNumber(), Channel: 'sms' };
    expect(await send(baseUrl, CREATE, { body, headers })).toMatchObject({ status: 201 });
  });

  // PHP and Ruby send the bytes of a string, whatever its character set.
  test.each([
    ['CustomFriendlyName', 'CustomFriendlyName=Caf%E9'],
    ['CustomFriendlyName', 'CustomFriendlyName=%ED%A0%80'],
    ['TemplateCustomSubstitutions', 'TemplateCustomSubstitutions=%7B%22order%22%3A%22Caf%E9%22%7D'],
    [
      'TemplateCustomSubstitutions',
      `TemplateCustomSubstitutions=${encodeURIComponent('{"order":"\\ud83d"}')}`,
    ],
  ])('with text that is not UTF-8 in %s is refused (%s)', async (field, text) => {
    const body = `To=${encodeURIComponent(uniquePhoneNumber())}&Channel=sms&${text}`;
    expect(await send(baseUrl, CREATE, { body })).toMatchObject(invalid(field));
  });

  test('may have a percent sign that was not encoded', async () => {
    const to = uniquePhoneNumber();
    const body = `To=${encodeURIComponent(to)}&Channel=sms&CustomFriendlyName=100%+Caf%C3%A9`;
    expect(await send(baseUrl, CREATE, { body })).toMatchObject({ status: 201 });
    expect(textTo(to)).toMatch(/^Your 100% Café /);
  });

  test('may be 64 KiB long', async () => {
    const fits = await create({ ChannelConfiguration: 'x'.repeat(60_000) });
    expect(fits).toMatchObject({ status: 201 });
    expect(await create({ ChannelConfiguration: 'x'.repeat(70_000) })).toMatchObject({ status: 413 });
  });
});

describe('a check', () => {
  test('of a code with another form is refused and costs no attempt', async () => {
    const { to, code } = await startPending();
    for (const Code of ['', '123', '12345678901', '12 34 56', '12345a', '１２３４５６'])
      expect(await check({ To: to, Code })).toMatchObject(invalid('Code'));
    for (let tries = 0; tries < 5; tries++)
      expect(await check({ To: to, Code: wrongCodeFor(code) })).toMatchObject({
        body: { status: 'pending' },
      });
    expect(await check({ To: to, Code: code })).toMatchObject({ status: 429, body: { code: 60202 } });
  });

  test('ignores SnaClientToken, Amount and Payee', async () => {
    const { to, code } = await startPending();
    const answer = await check({
      To: to,
      Code: wrongCodeFor(code),
      SnaClientToken: 'x',
      Amount: '1',
      Payee: 'y',
    });
    expect(answer).toMatchObject({ status: 200, body: { status: 'pending', amount: null, payee: null } });
  });

  test('by VerificationSid, and by both, is about the same verification', async () => {
    const first = await startPending();
    const second = await startPending();
    const both = { To: second.to, VerificationSid: first.sid, Code: second.code };
    const gone = {
      status: 404,
      body: {
        code: 20404,
        message: `The requested resource /Services/${SERVICE_SID}/VerificationCheck was not found`,
      },
    };
    expect(await check(both)).toMatchObject(gone);
    expect(await check({ VerificationSid: `VE${'0'.repeat(32)}`, Code: '123456' })).toMatchObject(gone);
    expect(await check({ VerificationSid: 'VE', Code: '123456' })).toMatchObject(gone);
    expect(await check({ ...both, VerificationSid: second.sid })).toMatchObject({
      body: { status: 'approved' },
    });
    expect(await check({ VerificationSid: first.sid, Code: first.code })).toMatchObject({
      body: { sid: first.sid, status: 'approved', valid: true },
    });
  });

  test('takes SIDs with capital hex digits: of the account, the service and the verification', async () => {
    const { sid, code } = await startPending();
    const credentials = [ACCOUNT_SID.toUpperCase(), AUTH_TOKEN] as const;
    const path = `/v2/Services/${SERVICE_SID.toUpperCase()}`;
    const request = { credentials, body: { VerificationSid: sid.toUpperCase(), Code: wrongCodeFor(code) } };
    expect(await send(baseUrl, `${path}/VerificationCheck`, request)).toMatchObject({
      status: 200,
      body: { sid, service_sid: SERVICE_SID },
    });
    const fetched = await send(baseUrl, `${path}/Verifications/${sid.toUpperCase()}`, { credentials });
    expect(fetched).toMatchObject({ status: 200, body: { sid } });
    const small = await send(baseUrl, `${path}/Verifications/${sid.toLowerCase()}`);
    expect(small).toMatchObject({ status: 404 });
  });

  test('needs To or VerificationSid', async () => {
    const noTarget = { status: 400, body: { code: 60221, message: 'No target verification specified' } };
    expect(await check({ Code: '123456' })).toMatchObject(noTarget);
    expect(await check({ Code: '123456', To: '', VerificationSid: '' })).toMatchObject(noTarget);
  });
});

describe('an update', () => {
  test.each(['', 'expired', 'Approved', 'pending'])('to the status %j is refused', async (Status) => {
    const answer: RawAnswer = await send(baseUrl, `${CREATE}/VE${'0'.repeat(32)}`, { body: { Status } });
    expect(answer).toMatchObject(invalid('Status'));
  });

  test('may name the verification by its number', async () => {
    const { to, sid } = await startPending();
    const path = `${CREATE}/${encodeURIComponent(to)}`;
    expect(await send(baseUrl, path, { body: { Status: 'canceled' } })).toMatchObject({
      status: 200,
      body: { sid, status: 'canceled', valid: false },
    });
  });
});
