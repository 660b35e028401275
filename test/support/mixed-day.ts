// The actions of callers, people and the SMS provider in normal use.

import { magicRecipients } from '../../sandbox/twilio/magic-numbers';
import type { TestProcess } from './processes';
import { SampleClient, type Instance } from './sample-client';
import { eventually, receivedCode } from './service';
import { statuses, type RecordingCaller, WRONG_CODE } from './recording-caller';

export async function verified(caller: RecordingCaller): Promise<void> {
  const [startKey, checkKey, otherKey] = [
    caller.newIdempotencyKey(),
    caller.newIdempotencyKey(),
    caller.newIdempotencyKey(),
  ];
  const { phoneNumber, path, code } = await caller.startPending(undefined, startKey);
  const start = (headers: Record<string, string>) =>
    caller.call('POST', '/verifications', { phoneNumber }, headers);
  const check = (submitted: string, key: string) =>
    caller.call('POST', `${path}/check`, { code: submitted }, { 'idempotency-key': key });
  expect(
    await statuses(
      start({ 'idempotency-key': startKey }),
      start({ 'idempotency-key': otherKey }),
      start({ authorization: `Bearer ${caller.options.apiKeys[1]}`, 'idempotency-key': startKey }),
    ),
  ).toEqual([200, 409, 409]);
  expect((await check(WRONG_CODE, otherKey)).body).toMatchObject({ verified: false });
  expect((await check(code, otherKey)).status).toBe(422);
  expect((await check(code, checkKey)).body).toMatchObject({ verified: true });
  expect((await check(code, checkKey)).body).toMatchObject({ verified: true });
  expect(
    await statuses(
      check(code, caller.newIdempotencyKey()),
      caller.call('POST', `${path}/signal`, { code }),
      caller.call('POST', `${path}/resend`),
    ),
  ).toEqual([410, 410, 410]);
}

/** Submits wrong codes, the first one by Signal, until the verification ends. Then starts during the cool-down. */
export async function guessed(caller: RecordingCaller): Promise<void> {
  const { phoneNumber, path } = await caller.startPending();
  expect((await caller.call('POST', `${path}/signal`, { code: WRONG_CODE })).status).toBe(202);
  const ended = await eventually(async () => {
    const { body } = await caller.call('POST', `${path}/check`, { code: WRONG_CODE });
    return body.verified === false ? undefined : body;
  });
  expect(ended).toMatchObject({ code: 'verification_ended', verificationStatus: 'max_attempts_reached' });
  const refused = await eventually(async () => {
    const answer = await caller.call('POST', '/verifications', { phoneNumber });
    return answer.status === 409 ? undefined : answer;
  });
  expect(refused).toMatchObject({ status: 429, body: { code: 'phone_number_cooling_down' } });
}

async function endsAs(caller: RecordingCaller, path: string, status: string, code?: string): Promise<void> {
  const ended = await caller.call('GET', path, undefined, { prefer: 'wait=30' });
  expect(ended.body).toMatchObject({ status, ...(code === undefined ? {} : { error: { code } }) });
}

/** `host`: the API with a short window. */
export async function expired(caller: RecordingCaller, host: string): Promise<void> {
  await endsAs(caller, (await caller.startPending(host)).path, 'expired');
}

export async function resentAndCanceled(caller: RecordingCaller): Promise<void> {
  const { phoneNumber, path } = await caller.startPending();
  expect((await caller.call('POST', `${path}/resend`)).status).toBe(202);
  await eventually(() => caller.options.sandbox.inbox(phoneNumber)[1]);
  expect((await caller.call('POST', `${path}/resend`)).status).toBe(429);
  expect((await caller.call('DELETE', path)).body).toMatchObject({ status: 'canceled' });
}

/** The provider refuses messages, the carrier loses one, and calls to the provider fail. All errors have the number. */
export async function undeliverable(caller: RecordingCaller): Promise<void> {
  const { sandbox } = caller.options;
  const refused = [...magicRecipients].map(async ([phoneNumber, code]) => {
    caller.secrets.addPhoneNumber(phoneNumber);
    await endsAs(caller, await caller.start(phoneNumber), 'undeliverable', String(code));
  });
  const lost = caller.newPhoneNumber();
  sandbox.failDelivery(lost, 30003);
  const failed = [400, 401, 429, 500, 503].map(async (status) => {
    const phoneNumber = caller.newPhoneNumber();
    const body = { code: 20001, message: `No message for ${phoneNumber}`, more_info: phoneNumber, status };
    sandbox.stubAnswer(phoneNumber, { status, body, headers: { 'retry-after': '1' } });
    const path = await caller.start(phoneNumber);
    return eventually(async () => (await caller.call('GET', path)).body.status !== 'sending');
  });
  const garbled = caller.newPhoneNumber();
  sandbox.stubAnswer(garbled, { status: 201, body: `{"to":"${garbled}","bo`, recorded: true });
  await Promise.all([
    ...refused,
    ...failed,
    caller.start(lost).then((path) => endsAs(caller, path, 'undeliverable', '30003')),
    caller.start(garbled),
  ]);
  caller.secrets.add('code', await receivedCode(sandbox, garbled));
}

/** A client of the Durable Functions sample sends right and wrong codes and uses all capabilities, also wrongly. */
export async function durableFunctions(caller: RecordingCaller): Promise<void> {
  const headers = { 'x-functions-key': caller.options.apiKeys[0] };
  const client = new SampleClient(caller.options.host, { headers });
  const [answered, ended] = [await startInstance(caller, client), await startInstance(caller, client)];
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

async function startInstance(
  caller: RecordingCaller,
  client: SampleClient,
): Promise<{ instance: Instance; code: string; phoneNumber: string }> {
  const phoneNumber = caller.newPhoneNumber();
  const { instance } = await client.start(phoneNumber);
  caller.recordId(instance.id);
  for (const url of [instance.statusQueryGetUri, instance.sendEventPostUri, instance.terminatePostUri]) {
    caller.secrets.add('capability', url.slice(url.indexOf('code=') + 'code='.length));
  }
  const code = await receivedCode(caller.options.sandbox, phoneNumber);
  caller.secrets.add('code', code);
  return { instance, code, phoneNumber };
}

/** Kills the worker while it sends a message and another verification is open. Checks get 503 until a worker runs. */
export async function interrupted(
  caller: RecordingCaller,
  worker: TestProcess,
  startWorker: () => Promise<void>,
): Promise<void> {
  const { sandbox } = caller.options;
  const { path, code } = await caller.startPending();
  const phoneNumber = caller.newPhoneNumber();
  const hold = sandbox.hold('recorded', phoneNumber);
  const heldPath = await caller.start(phoneNumber);
  await hold.untilHeld();
  worker.kill('SIGKILL');
  hold.disconnect();
  const [key, heldKey] = [caller.newIdempotencyKey(), caller.newIdempotencyKey()];
  const heldCode = await receivedCode(sandbox, phoneNumber);
  caller.secrets.add('code', heldCode);
  const check = (at: string, submitted: string, idempotencyKey: string) =>
    caller.call('POST', `${at}/check`, { code: submitted }, { 'idempotency-key': idempotencyKey });
  expect((await check(path, code, key)).status).toBe(503);
  await startWorker();
  expect((await check(path, code, key)).body).toMatchObject({ verified: true });
  expect((await check(heldPath, heldCode, heldKey)).body).toMatchObject({ verified: true });
}
