// What callers, people and the provider do in a day.

import { magicRecipients } from '../../sandbox/twilio/magic-numbers';
import type { ServiceProcess } from './processes';
import { SampleClient, type Instance } from './sample-client';
import { eventually, receivedCode } from './service';
import { statuses, type WatchfulCaller, WRONG_CODE } from './watchful-caller';

export async function verified(day: WatchfulCaller): Promise<void> {
  const [startKey, checkKey, otherKey] = [day.key(), day.key(), day.key()];
  const { phoneNumber, path, code } = await day.begin(undefined, startKey);
  const start = (headers: Record<string, string>) =>
    day.call('POST', '/verifications', { phoneNumber }, headers);
  const check = (submitted: string, key: string) =>
    day.call('POST', `${path}/check`, { code: submitted }, { 'idempotency-key': key });
  expect(
    await statuses(
      start({ 'idempotency-key': startKey }),
      start({ 'idempotency-key': otherKey }),
      start({ authorization: `Bearer ${day.place.apiKeys[1]}`, 'idempotency-key': startKey }),
    ),
  ).toEqual([200, 409, 409]);
  expect((await check(WRONG_CODE, otherKey)).body).toMatchObject({ verified: false });
  expect((await check(code, otherKey)).status).toBe(422);
  expect((await check(code, checkKey)).body).toMatchObject({ verified: true });
  expect((await check(code, checkKey)).body).toMatchObject({ verified: true });
  expect(
    await statuses(
      check(code, day.key()),
      day.call('POST', `${path}/signal`, { code }),
      day.call('POST', `${path}/resend`),
    ),
  ).toEqual([410, 410, 410]);
}

/** Also by Signal, which nobody answers, and then too early for another try. */
export async function guessed(day: WatchfulCaller): Promise<void> {
  const { phoneNumber, path } = await day.begin();
  expect((await day.call('POST', `${path}/signal`, { code: WRONG_CODE })).status).toBe(202);
  const ended = await eventually(async () => {
    const { body } = await day.call('POST', `${path}/check`, { code: WRONG_CODE });
    return body['verified'] === false ? undefined : body;
  });
  expect(ended).toMatchObject({ code: 'verification_ended', verificationStatus: 'max_attempts_reached' });
  const refused = await eventually(async () => {
    const answer = await day.call('POST', '/verifications', { phoneNumber });
    return answer.status === 409 ? undefined : answer;
  });
  expect(refused).toMatchObject({ status: 429, body: { code: 'phone_number_cooling_down' } });
}

async function endsAs(day: WatchfulCaller, path: string, status: string, code?: string): Promise<void> {
  const ended = await day.call('GET', path, undefined, { prefer: 'wait=30' });
  expect(ended.body).toMatchObject({ status, ...(code === undefined ? {} : { error: { code } }) });
}

/** `host`: of an API whose window is short. */
export async function expired(day: WatchfulCaller, host: string): Promise<void> {
  await endsAs(day, (await day.begin(host)).path, 'expired');
}

export async function resentAndCanceled(day: WatchfulCaller): Promise<void> {
  const { phoneNumber, path } = await day.begin();
  expect((await day.call('POST', `${path}/resend`)).status).toBe(202);
  await eventually(() => day.place.sandbox.inbox(phoneNumber)[1]);
  expect((await day.call('POST', `${path}/resend`)).status).toBe(429);
  expect((await day.call('DELETE', path)).body).toMatchObject({ status: 'canceled' });
}

/** Refused by the provider, lost by the carrier, and everything that can go wrong with a call; each error names the number. */
export async function undeliverable(day: WatchfulCaller): Promise<void> {
  const { sandbox } = day.place;
  const refused = [...magicRecipients].map(async ([phoneNumber, code]) => {
    day.secrets.addPhoneNumber(phoneNumber);
    await endsAs(day, await day.ask(phoneNumber), 'undeliverable', String(code));
  });
  const lost = day.number();
  sandbox.failDelivery(lost, 30003);
  const denied = [400, 401, 429, 500, 503].map(async (status) => {
    const phoneNumber = day.number();
    const body = { code: 20001, message: `No text for ${phoneNumber}`, more_info: phoneNumber, status };
    sandbox.deny(phoneNumber, { status, body, headers: { 'retry-after': '1' } });
    const path = await day.ask(phoneNumber);
    return eventually(async () =>
      (await day.call('GET', path)).body['status'] === 'sending' ? undefined : true,
    );
  });
  const garbled = day.number();
  sandbox.deny(garbled, { status: 201, body: `{"to":"${garbled}","bo`, recorded: true });
  await Promise.all([
    ...refused,
    ...denied,
    day.ask(lost).then((path) => endsAs(day, path, 'undeliverable', '30003')),
    day.ask(garbled),
  ]);
  day.secrets.add('code', await receivedCode(sandbox, garbled));
}

/** By a client of the sample: right and wrong codes, all three capabilities, each also where it isn't good for. */
export async function durableFunctions(day: WatchfulCaller): Promise<void> {
  const headers = { 'x-functions-key': day.place.apiKeys[0] };
  const client = new SampleClient(day.place.host, { headers });
  const [answered, ended] = [await beginInstance(day, client), await beginInstance(day, client)];
  const { instance, code, phoneNumber } = answered;
  const answers = [
    await client.tryStart(JSON.stringify(phoneNumber)),
    await client.tryStart(phoneNumber),
    await client.respond(instance, `${code}?`),
    await client.respond(instance, WRONG_CODE),
    await client.status({
      ...instance,
      statusQueryGetUri: instance.terminatePostUri.replace('/terminate', ''),
    }),
    await client.status({
      ...instance,
      statusQueryGetUri: instance.statusQueryGetUri.replace('/admin', '/%zz'),
    }),
    await client.respond(
      { ...instance, sendEventPostUri: instance.sendEventPostUri.replace('{eventName}', phoneNumber) },
      JSON.stringify({ phoneNumber, code }),
    ),
    await client.respond(instance, code),
    await client.terminate(ended.instance, `wrong number: ${ended.phoneNumber}, code ${ended.code}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([409, 400, 400, 202, 401, 400, 202, 202, 202]);
}

async function beginInstance(
  day: WatchfulCaller,
  client: SampleClient,
): Promise<{ instance: Instance; code: string; phoneNumber: string }> {
  const phoneNumber = day.number();
  const { instance } = await client.start(phoneNumber);
  day.keepId(instance.id);
  for (const url of [instance.statusQueryGetUri, instance.sendEventPostUri, instance.terminatePostUri]) {
    day.secrets.add('capability', url.slice(url.indexOf('code=') + 'code='.length));
  }
  const code = await receivedCode(day.place.sandbox, phoneNumber);
  day.secrets.add('code', code);
  return { instance, code, phoneNumber };
}

/** A worker dies with a text in its hands and another verification open; a check meets nobody, until one is back. */
export async function interrupted(
  day: WatchfulCaller,
  worker: ServiceProcess,
  startWorker: () => Promise<void>,
): Promise<void> {
  const { sandbox } = day.place;
  const { path, code } = await day.begin();
  const phoneNumber = day.number();
  const hold = sandbox.hold('recorded', phoneNumber);
  const heldPath = await day.ask(phoneNumber);
  await hold.arrival();
  worker.kill('SIGKILL');
  hold.cut();
  const [key, heldKey] = [day.key(), day.key()];
  const heldCode = await receivedCode(sandbox, phoneNumber);
  day.secrets.add('code', heldCode);
  const check = (at: string, submitted: string, idempotencyKey: string) =>
    day.call('POST', `${at}/check`, { code: submitted }, { 'idempotency-key': idempotencyKey });
  expect((await check(path, code, key)).status).toBe(503);
  await startWorker();
  expect((await check(path, code, key)).body).toMatchObject({ verified: true });
  expect((await check(heldPath, heldCode, heldKey)).body).toMatchObject({ verified: true });
}
