import { connectDevServer, type DevServer } from '../../support/dev-server';
import {
  eventually,
  receivedCode,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../../support/service';
import { SERVICE_SID, startVerifyService, TEMPLATE_SID } from '../../support/verify-service';

jest.setTimeout(60_000);

let server: DevServer;
let service: Service;
let shop: Awaited<ReturnType<typeof startVerifyService>>['shop'];
let baseUrl: string;

beforeAll(async () => {
  server = await connectDevServer();
  ({ service, shop, baseUrl } = await startVerifyService(server));
});
afterAll(async () => {
  await service.stop();
  await server.close();
});

const create = (to: string, more: object = {}) => shop.verifications.create({ to, channel: 'sms', ...more });
const check = (to: string, code: string) => shop.verificationChecks.create({ to, code });
const gone = { status: 404, code: 20404 };
const messagesTo = (to: string) => service.sandbox.inbox(to);

test('a number is verified: create, a wrong code, the right code', async () => {
  const to = uniquePhoneNumber();
  const created = await create(to);
  expect(created).toMatchObject({ to, channel: 'sms', status: 'pending', valid: false });
  expect(created.sid).toMatch(/^VE[0-9a-f]{32}$/);
  expect(created.url).toBe(`${baseUrl}/v2/Services/${SERVICE_SID}/Verifications/${created.sid}`);
  expect(created.sendCodeAttempts).toMatchObject([
    { channel: 'sms', attempt_sid: expect.stringMatching(/^VL/) },
  ]);
  const code = await receivedCode(service.sandbox, to);
  expect(code).toHaveLength(6);

  expect(await check(to, wrongCodeFor(code))).toMatchObject({
    sid: created.sid,
    status: 'pending',
    valid: false,
  });
  expect(await shop.verifications(created.sid).fetch()).toMatchObject({
    sid: created.sid,
    status: 'pending',
  });
  expect(await shop.verifications(to).fetch()).toMatchObject({ sid: created.sid });
  expect(await check(to, code)).toMatchObject({ sid: created.sid, status: 'approved', valid: true });

  await expect(check(to, code)).rejects.toMatchObject(gone);
  await expect(shop.verifications(created.sid).fetch()).rejects.toMatchObject(gone);
  await expect(shop.verifications(to).fetch()).rejects.toMatchObject(gone);
});

test('a create while one is pending sends the same code again', async () => {
  const to = uniquePhoneNumber();
  const first = await create(to);
  const second = await create(to);
  expect(second.sid).toBe(first.sid);
  expect(second.sendCodeAttempts).toHaveLength(2);
  const messages = await eventually(() => {
    const received = messagesTo(to);
    return received.length === 2 ? received : undefined;
  });
  expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
});

test('the sixth message is refused', async () => {
  const to = uniquePhoneNumber();
  for (let sends = 0; sends < 5; sends++)
    await eventually(async () => {
      try {
        return await create(to);
      } catch (error) {
        // The message before is still being sent.
        if ((error as { code?: number }).code !== 60212) throw error;
        return undefined;
      }
    });
  await expect(create(to)).rejects.toMatchObject({
    status: 429,
    code: 60203,
    message: 'Max send attempts reached',
  });
});

test('the sixth check of five is refused, and so is a create', async () => {
  const to = uniquePhoneNumber();
  const { sid } = await create(to);
  const code = await receivedCode(service.sandbox, to);
  for (let tries = 0; tries < 4; tries++)
    expect(await check(to, wrongCodeFor(code))).toMatchObject({ status: 'pending' });
  // A code of another length is a wrong one, too.
  expect(await check(to, '1234')).toMatchObject({ status: 'pending', valid: false });
  const usedUp = { status: 429, code: 60202, message: 'Max check attempts reached' };
  await expect(check(to, code)).rejects.toMatchObject(usedUp);
  await expect(create(to)).rejects.toMatchObject(usedUp);
  expect(await shop.verifications(sid).fetch()).toMatchObject({
    status: 'max_attempts_reached',
    valid: false,
  });
});

test('a canceled verification can be fetched and not checked, and the next create starts another one', async () => {
  const to = uniquePhoneNumber();
  const { sid } = await create(to);
  expect(await shop.verifications(sid).update({ status: 'canceled' })).toMatchObject({
    sid,
    status: 'canceled',
  });
  await expect(shop.verifications(sid).update({ status: 'canceled' })).rejects.toMatchObject(gone);
  await expect(check(to, '123456')).rejects.toMatchObject(gone);
  expect(await shop.verifications(sid).fetch()).toMatchObject({ status: 'canceled' });
  const next = await create(to);
  expect(next.sid).not.toBe(sid);
  await expect(shop.verifications(sid).fetch()).rejects.toMatchObject(gone);
});

test('a verification is approved without a code', async () => {
  const to = uniquePhoneNumber();
  const { sid } = await create(to);
  const approved = await shop.verifications(sid).update({ status: 'approved' });
  expect(approved).toMatchObject({ sid, status: 'approved', valid: true });
  await expect(shop.verifications(sid).fetch()).rejects.toMatchObject(gone);
});

test.each(['1234', '0000', '987654', '0123456789'])(
  'the code %s of the caller is texted and verified',
  async (customCode) => {
    const to = uniquePhoneNumber();
    await create(to, { customCode });
    const [message] = messagesTo(to);
    expect(message?.body).toBe(`Your Shop verification code is: ${customCode}`);
    await expect(create(to, { customCode: '55555555' })).rejects.toMatchObject({ status: 400, code: 60200 });
    expect(await check(to, customCode)).toMatchObject({ status: 'approved' });
  },
);

test('the message has the name, template, locale and hash that the create asks for', async () => {
  const to = uniquePhoneNumber();
  await create(to, {
    customFriendlyName: 'Blumen',
    customCode: '424242',
    templateSid: TEMPLATE_SID,
    locale: 'de-AT',
    templateCustomSubstitutions: JSON.stringify({ order: '{code}' }),
    appHash: 'AbCdEfGhIjK',
  });
  expect(messagesTo(to)[0]?.body).toBe('<#> Blumen: 424242 ist Ihr Code. Bestellung {code}.\nAbCdEfGhIjK');
});
