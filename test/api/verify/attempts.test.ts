import type { VerificationInstance } from 'twilio/lib/rest/verify/v2/service/verification';
import type { VerificationAttemptInstance } from 'twilio/lib/rest/verify/v2/verificationAttempt';
import { z } from 'zod';
import { createKeyRing } from '../../../src/crypto/key-ring';
import { workflowIdFor } from '../../../src/gateway/ids';
import { createDataConverter } from '../../../src/temporal/data-converter';
import { addAttributesCommand, lacksSearchAttributes } from '../../../src/temporal/search-attributes';
import { stateQuery } from '../../../src/workflows/definitions';
import { connectBareNamespace, connectDevServer, type DevServer } from '../../support/dev-server';
import { LogLines } from '../../support/log-lines';
import {
  eventually,
  receivedCode,
  testDigests,
  testKeyRing,
  uniquePhoneNumber,
  type Service,
} from '../../support/service';
import { runTemporal } from '../../support/temporal-command';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  clientOf,
  SERVICE_SID,
  startVerifyService,
  verifyTenant,
} from '../../support/verify-service';

type VerifyClient = ReturnType<typeof clientOf>['client'];

const BRANCH_SID = `VA${'d'.repeat(32)}`;
const OTHER_SID = `VA${'e'.repeat(32)}`;
const OTHER_ACCOUNT = `AC${'f'.repeat(32)}`;
const OTHER_TOKEN = 'the-auth-token-of-the-other';
/** Verifications expire within the test. */
const policy = { windowMs: 3_000 };

/** `time`: when the message was requested. */
const SendCodeAttempts = z.array(z.object({ attempt_sid: z.string(), time: z.string() }));

function sidsOf({ sendCodeAttempts }: Pick<VerificationInstance, 'sendCodeAttempts'>): string[] {
  return SendCodeAttempts.parse(sendCodeAttempts).map(({ attempt_sid: sid }) => sid);
}

/** A namespace in which only this file has verifications, so that its summaries count no others. */
async function connectOwnNamespace(): Promise<DevServer> {
  const bare = await connectBareNamespace();
  const { namespace } = bare.client.options;
  expect(await runTemporal(addAttributesCommand(namespace), { namespace })).toMatchObject({ exitCode: 0 });
  await eventually(async () => !(await lacksSearchAttributes(bare.client.connection, namespace)));
  await bare.close();
  return connectDevServer({ namespace, dataConverter });
}

// Memos are encrypted, as in production.
const dataConverter = createDataConverter(testKeyRing, true);

let server: DevServer;
let service: Service;
/** It has the credentials of the tenants `shop` and `branch`. */
let client: VerifyClient;
let other: VerifyClient;
let baseUrl: string;

beforeAll(async () => {
  server = await connectOwnNamespace();
  const started = await startVerifyService(server, {
    dataConverter,
    tenants: [
      verifyTenant('branch', { verify: { serviceSid: BRANCH_SID }, policy }),
      verifyTenant('other', {
        verify: { serviceSid: OTHER_SID, accountSid: OTHER_ACCOUNT },
        authToken: OTHER_TOKEN,
        policy,
      }),
    ],
  });
  ({ service, client, baseUrl } = started);
  other = clientOf(service, OTHER_ACCOUNT, OTHER_TOKEN).client;
});
afterAll(async () => {
  await service.stop();
  await server.close();
});

const attemptsOf = (by: VerifyClient) => by.verify.v2.verificationAttempts;
const summaryOf = (by: VerifyClient) => by.verify.v2.verificationAttemptsSummary();
const create = (by: VerifyClient, serviceSid: string, to: string) =>
  by.verify.v2.services(serviceSid).verifications.create({ to, channel: 'sms' });
const messagesTo = (to: string, count: number) =>
  eventually(() => service.sandbox.inbox(to).length === count);
const invalid = (name: string) => ({ status: 400, code: 60200, message: `Invalid parameter: ${name}` });
const gone = { status: 404, code: 20404 };

/** Sends `messages` messages for one verification. */
async function send(by: VerifyClient, serviceSid: string, to: string, messages: number) {
  const before = service.sandbox.inbox(to).length;
  let created = await create(by, serviceSid, to);
  for (let sent = 2; sent <= messages; sent++) {
    await messagesTo(to, before + sent - 1);
    created = await eventually(async () => {
      try {
        return await create(by, serviceSid, to);
      } catch (error) {
        // The message before is still being sent.
        if ((error as { code?: number }).code !== 60212) throw error;
        return undefined;
      }
    });
  }
  await messagesTo(to, before + messages);
  return created;
}

async function approve(by: VerifyClient, serviceSid: string, to: string): Promise<void> {
  const code = await receivedCode(service.sandbox, to);
  const { status } = await by.verify.v2.services(serviceSid).verificationChecks.create({ to, code });
  expect(status).toBe('approved');
}

/** Visibility is eventually consistent. */
function untilListed(by: VerifyClient, filter: object, count: number) {
  return eventually(async (): Promise<VerificationAttemptInstance[] | undefined> => {
    const attempts = await attemptsOf(by).list(filter);
    return attempts.length === count ? attempts : undefined;
  });
}

describe('the attempts of two services', () => {
  // Verified, with three messages.
  const verified = uniquePhoneNumber();
  // Open, with two messages.
  const open = uniquePhoneNumber();
  // Not delivered.
  const lost = uniquePhoneNumber();
  // Of the tenant `branch`. Its window closes.
  const expired = '+436601234567';
  const numbers = [verified, open, lost, expired];
  /** Of the verifications. */
  let sids: { readonly open: string; readonly verified: string };
  let attemptSids: string[];

  beforeAll(async () => {
    service.sandbox.failDelivery(lost, 30003);
    await send(client, BRANCH_SID, expired, 1);
    // The carrier may report the loss while the create still waits: then it fails.
    await create(client, SERVICE_SID, lost).catch(() => undefined);
    const openOne = await send(client, SERVICE_SID, open, 2);
    const verifiedOne = await send(client, SERVICE_SID, verified, 3);
    attemptSids = sidsOf(verifiedOne);
    await approve(client, SERVICE_SID, verified);
    await send(other, OTHER_SID, verified, 1);
    sids = { open: openOne.sid, verified: verifiedOne.sid };
    await eventually(async () => {
      const attempts = await attemptsOf(client).list({ status: 'unconverted' });
      const statuses = attempts.map(({ channelData }) => (channelData as { status: string }).status);
      return attempts.length === 5 && statuses.includes('expired');
    });
  });

  test('each message is an attempt, and the last one of a verified number is converted', async () => {
    const attempts = await untilListed(client, { 'channelData.to': verified }, 3);
    expect(attempts.map(({ sid }) => sid)).toEqual(attemptSids.toReversed());
    expect(attempts.map(({ conversionStatus }) => conversionStatus)).toEqual([
      'converted',
      'unconverted',
      'unconverted',
    ]);
    const [last] = attempts;
    expect(last).toMatchObject({
      accountSid: ACCOUNT_SID,
      serviceSid: SERVICE_SID,
      verificationSid: sids.verified,
      channel: 'sms',
      price: null,
      channelData: {
        verification_sid: sids.verified,
        to: verified,
        status: 'confirmed',
        message_status: null,
        error_code: null,
        country: 'US',
        code_length: 6,
        locale: null,
        mcc: null,
        mnc: null,
        carrier: null,
      },
      url: `${baseUrl}/v2/Attempts/${last?.sid}`,
    });
    const times = attempts.map(({ dateCreated }) => dateCreated.getTime());
    expect(times).toEqual(times.toSorted((one, another) => another - one));
  });

  test('the hex digits of a SID may be capital letters', async () => {
    const inCapitals = (sid = '') => sid.toUpperCase();
    const [attempt] = attemptSids;
    expect(await attemptsOf(client)(inCapitals(attempt)).fetch()).toMatchObject({ sid: attempt });
    const filter = { verifyServiceSid: inCapitals(SERVICE_SID), verificationSid: inCapitals(sids.verified) };
    await untilListed(client, filter, 3);
    expect(await summaryOf(client).fetch({ verifyServiceSid: inCapitals(BRANCH_SID) })).toMatchObject({
      totalAttempts: 1,
    });
  });

  test('each attempt can be fetched by the SID that the create returned', async () => {
    const listed = await untilListed(client, { verificationSid: sids.verified }, 3);
    for (const sid of attemptSids) {
      const fetched = await attemptsOf(client)(sid).fetch();
      expect(fetched.toJSON()).toEqual(listed.find((attempt) => attempt.sid === sid)?.toJSON());
    }
  });

  test('the list of everything and the summary agree', async () => {
    const attempts = await attemptsOf(client).list();
    expect(attempts).toHaveLength(6);
    const converted = attempts.filter(({ conversionStatus }) => conversionStatus === 'converted');
    expect((await summaryOf(client).fetch()).toJSON()).toEqual({
      totalAttempts: 6,
      totalConverted: converted.length,
      totalUnconverted: 5,
      conversionRatePercentage: '16.666666667',
      url: `${baseUrl}/v2/Attempts/Summary`,
    });
    expect(await summaryOf(client).fetch({ verifyServiceSid: BRANCH_SID })).toMatchObject({
      totalAttempts: 1,
      totalConverted: 0,
      conversionRatePercentage: '0',
    });
  });

  test('all messages of an open verification are found by its number and by its SID', async () => {
    for (const filter of [{ 'channelData.to': open }, { verificationSid: sids.open }]) {
      const attempts = await attemptsOf(client).list(filter);
      expect(attempts).toHaveLength(2);
      expect(attempts[0]).toMatchObject({
        conversionStatus: 'unconverted',
        channelData: { status: 'unconfirmed', message_status: null },
      });
    }
  });

  test('a lost message has the code of the carrier', async () => {
    const [attempt] = await attemptsOf(client).list({ 'channelData.to': lost });
    expect(attempt?.channelData).toMatchObject({
      status: 'unconfirmed',
      message_status: 'undelivered',
      error_code: '30003',
    });
  });

  test.each([1, 2, 4, 1_000])('pages of %d have every attempt once', async (pageSize) => {
    const all = await attemptsOf(client).list();
    const sizes: number[] = [];
    const paged: string[] = [];
    let page = await attemptsOf(client).page({ pageSize });
    for (;;) {
      sizes.push(page.instances.length);
      paged.push(...page.instances.map(({ sid }) => sid));
      if (page.nextPageUrl === undefined) break;
      page = await attemptsOf(client).getPage(page.nextPageUrl);
    }
    expect(paged).toEqual(all.map(({ sid }) => sid));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(pageSize);
    expect(page.previousPageUrl).toBeUndefined();
  });

  test.each([
    ['the country', () => ({ country: 'at' }), () => [expired]],
    ['the service', () => ({ verifyServiceSid: BRANCH_SID }), () => [expired]],
    ['an unknown service', () => ({ verifyServiceSid: OTHER_SID }), () => []],
    ['the channel', () => ({ channel: 'sms' as const }), () => numbers],
    ['another channel', () => ({ channel: 'whatsapp' as const }), () => []],
    ['converted', () => ({ status: 'converted' as const }), () => [verified]],
    ['a start in the past', () => ({ dateCreatedAfter: new Date(0) }), () => numbers],
    ['a start in the future', () => ({ dateCreatedAfter: new Date('2999-01-01') }), () => []],
    ['an end in the past', () => ({ dateCreatedBefore: new Date('2020-01-01') }), () => []],
    ['another number', () => ({ 'channelData.to': '+14255550100' }), () => []],
    ['a SID', () => ({ verificationSid: sids.open }), () => [open]],
    ['a SID and its number', () => ({ 'channelData.to': open, verificationSid: sids.open }), () => [open]],
    [
      'a SID and another number',
      () => ({ 'channelData.to': open, verificationSid: sids.verified }),
      () => [],
    ],
    ['a number and a country', () => ({ 'channelData.to': '+436601234567', country: 'US' }), () => []],
  ])('filtered by %s', async (_name, filter, expected) => {
    const attempts = await attemptsOf(client).list(filter());
    const found = attempts.map(({ channelData }) => (channelData as { to: string }).to);
    expect([...new Set(found)].toSorted()).toEqual(expected().toSorted());
  });

  test('the summary takes the same filters', async () => {
    expect(await summaryOf(client).fetch({ country: 'US' })).toMatchObject({ totalAttempts: 5 });
    expect(await summaryOf(client).fetch({ channel: 'call' })).toMatchObject({ totalAttempts: 0 });
    const since = { dateCreatedAfter: new Date(Date.now() + 3_600_000) };
    expect(await summaryOf(client).fetch(since)).toMatchObject({ totalAttempts: 0 });
  });

  test("another tenant's attempts do not exist", async () => {
    const [own] = await untilListed(other, { 'channelData.to': verified }, 1);
    expect(own).toMatchObject({ serviceSid: OTHER_SID, accountSid: OTHER_ACCOUNT });
    expect(await attemptsOf(other).list()).toHaveLength(1);
    expect(await summaryOf(other).fetch()).toMatchObject({ totalAttempts: 1 });
    expect(await attemptsOf(other).list({ verificationSid: sids.verified })).toEqual([]);
    for (const sid of attemptSids)
      await expect(attemptsOf(other)(sid).fetch()).rejects.toMatchObject({
        ...gone,
        message: `The requested resource /Attempts/${sid} was not found`,
      });
    await expect(attemptsOf(client)(own?.sid ?? '').fetch()).rejects.toMatchObject(gone);
    for (const verifyServiceSid of [SERVICE_SID, BRANCH_SID]) {
      expect(await attemptsOf(other).list({ verifyServiceSid })).toEqual([]);
      expect(await summaryOf(other).fetch({ verifyServiceSid })).toMatchObject({ totalAttempts: 0 });
    }
    for (const to of [open, lost, expired])
      expect(await attemptsOf(other).list({ 'channelData.to': to })).toEqual([]);
    expect(await summaryOf(client).fetch({ verifyServiceSid: OTHER_SID })).toMatchObject({
      totalAttempts: 0,
    });
  });

  test('an attempt of an earlier verification of the number is found, also by the SID', async () => {
    const [earlier] = attemptSids;
    await create(client, SERVICE_SID, verified);
    expect(await attemptsOf(client)(earlier ?? '').fetch()).toMatchObject({ sid: earlier });
    expect(await untilListed(client, { verificationSid: sids.verified }, 3)).toHaveLength(3);
    await untilListed(client, { 'channelData.to': verified }, 4);
  });

  test('without a worker, attempts of ended verifications are complete, and an open one has one', async () => {
    await service.stopWorker();
    expect(await attemptsOf(client).list({ verificationSid: sids.verified })).toHaveLength(3);
    expect(await attemptsOf(client)(attemptSids[1] ?? '').fetch()).toMatchObject({ sid: attemptSids[1] });
    expect(await attemptsOf(client).list({ verificationSid: sids.open })).toHaveLength(1);
    expect((await summaryOf(client).fetch()).totalAttempts).toBeGreaterThanOrEqual(6);
    await service.startWorker();
  });

  test('verifications whose secret key was removed are counted and not listed', async () => {
    const keyRing = createKeyRing([{ id: 'k2', bytes: Buffer.alloc(32, 9) }]);
    const withNewKey = { dataConverter: createDataConverter(keyRing, true), keyRing };
    const { namespace } = server.client.options;
    const later = await connectDevServer({ ...withNewKey, namespace });
    const started = await startVerifyService(later, { ...withNewKey, withWorker: false });
    expect(await attemptsOf(started.client).list()).toEqual([]);
    expect((await summaryOf(started.client).fetch()).totalConverted).toBe(1);
    await expect(attemptsOf(started.client)(attemptSids[0] ?? '').fetch()).rejects.toMatchObject(gone);
    await started.service.stop();
    await later.close();
  });
});

test.each([
  ['DateCreatedAfter', 'yesterday'],
  ['DateCreatedAfter', '2024-13-01T00:00:00Z'],
  ['DateCreatedAfter', '2026-02-31'],
  ['DateCreatedBefore', '2023-02-29T23:59:59+05:30'],
  ['DateCreatedBefore', '1700000000'],
  ['DateCreatedBefore', "2024-01-01T00:00:00Z' OR Tenant = 'other"],
  ['ChannelData.To', '4255550123'],
  ['ChannelData.To', '+1'],
  ['Country', 'Austria'],
  ['Country', "A'"],
  ['Channel', 'pigeon'],
  ['VerifyServiceSid', 'shop'],
  ['VerificationSid', 'VE1'],
  ['Status', 'approved'],
  ['PageSize', '0'],
  ['Page', '-1'],
  ['Page', '1'],
  ['PageToken', 'garbage'],
  ['PageToken', `${'A'.repeat(16)}.e30`],
])('%s=%s is refused', async (name, value) => {
  const { statusCode, body } = await get(`/v2/Attempts?${new URLSearchParams({ [name]: value }).toString()}`);
  expect(JSON.parse(body)).toEqual({
    code: 60200,
    message: `Invalid parameter: ${name}`,
    more_info: 'https://www.twilio.com/docs/errors/60200',
    status: 400,
  });
  expect(statusCode).toBe(400);
});

test('a page that is not the first one needs a token, which may not be empty', async () => {
  expect((await get('/v2/Attempts?Page=0&PageToken=')).statusCode).toBe(200);
  const { body } = await get('/v2/Attempts?Page=1&PageToken=');
  expect(JSON.parse(body)).toMatchObject({ code: 60200, message: 'Invalid parameter: Page' });
});

test('every time of RFC 3339 is a filter', async () => {
  for (const time of ['0000-01-01', '9999-12-31T23:59:59-10:00', '2024-02-29T23:59:59.123456789+05:30']) {
    const query = new URLSearchParams({ DateCreatedAfter: time, DateCreatedBefore: time });
    expect((await get(`/v2/Attempts?${query.toString()}`)).statusCode).toBe(200);
  }
});

test('the summary can not count the numbers with a prefix, and ignores the filters of the list', async () => {
  await expect(summaryOf(client).fetch({ destinationPrefix: '+44' })).rejects.toMatchObject(
    invalid('DestinationPrefix'),
  );
  await expect(summaryOf(client).fetch({ country: 'Austria' })).rejects.toMatchObject(invalid('Country'));
  expect((await get('/v2/Attempts/Summary?Status=approved&PageSize=0')).statusCode).toBe(200);
});

test.each(['VL1', `VL${'0'.repeat(32)}`, `VE${'0'.repeat(32)}`, 'summary2'])(
  'there is no attempt %s',
  async (sid) => {
    await expect(attemptsOf(client)(sid).fetch()).rejects.toMatchObject(gone);
  },
);

test('after the end, each SID that a create returned is found, and the list has the accepted messages', async () => {
  const to = uniquePhoneNumber();
  await send(client, SERVICE_SID, to, 1);
  service.sandbox.stubAnswer(to, { status: 400, body: { code: 21610, message: 'no', status: 400 } });
  await expect(create(client, SERVICE_SID, to)).rejects.toMatchObject({ status: 400, code: 21610 });
  const verification = await create(client, SERVICE_SID, to);
  const { sid: verificationSid } = verification;
  const created = SendCodeAttempts.parse(verification.sendCodeAttempts);
  expect(created).toHaveLength(3);
  const run = server.client.workflow.getHandle(workflowIdFor(testDigests.phoneNumber('shop', to)));
  await eventually(async () => (await run.query(stateQuery)).messageInFlightSince === null);
  await approve(client, SERVICE_SID, to);

  const fetched = await Promise.all(created.map(({ attempt_sid: sid }) => attemptsOf(client)(sid).fetch()));
  expect(fetched.map(({ conversionStatus }) => conversionStatus)).toEqual([
    'unconverted',
    'unconverted',
    'converted',
  ]);
  // The second message was refused.
  expect(fetched.map(({ channelData }) => channelData)).toMatchObject([
    { message_status: null, error_code: null },
    { message_status: 'undelivered', error_code: '21610' },
    { message_status: null, error_code: null },
  ]);
  const listed = await untilListed(client, { verificationSid }, 2);
  const [first, , third] = fetched.map((attempt) => attempt.toJSON() as unknown);
  expect(listed.map((attempt) => attempt.toJSON() as unknown)).toEqual([third, first]);
  const requestedAt = Date.parse(created[2]?.time ?? '');
  expect(listed[0]?.dateCreated.getTime()).toBe(Math.floor(requestedAt / 1_000) * 1_000);
});

test('attempts need credentials', async () => {
  for (const url of ['/v2/Attempts', '/v2/Attempts/Summary', `/v2/Attempts/VL${'0'.repeat(32)}`])
    expect((await service.app.inject({ url })).statusCode).toBe(401);
});

test('in a namespace without the search attributes, the answer is 503 and the log says why', async () => {
  const bare = await connectBareNamespace();
  const log = new LogLines();
  const started = await startVerifyService(bare, { log });
  const { namespace } = bare.client.options;
  const unavailable = { status: 503, code: 20503 };
  await expect(attemptsOf(started.client).page()).rejects.toMatchObject(unavailable);
  await expect(summaryOf(started.client).fetch()).rejects.toMatchObject(unavailable);
  const line = { level: 40, reason: expect.stringContaining(addAttributesCommand(namespace)) };
  expect(log.lines.filter(({ level }) => level >= 40)).toMatchObject([line, line]);

  // A fetch needs none.
  const created = await started.shop.verifications.create({ to: uniquePhoneNumber(), channel: 'sms' });
  const [sid = ''] = sidsOf(created);
  expect(await attemptsOf(started.client)(sid).fetch()).toMatchObject({
    sid,
    conversionStatus: 'unconverted',
    channelData: { country: null },
  });
  await started.service.stop();
  await bare.close();
});

function get(url: string) {
  const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;
  return service.app.inject({ url, headers: { authorization } });
}
