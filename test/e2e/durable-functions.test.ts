import { RunningService } from '../support/running-service';
import { SampleClient, type Answer, type Instance, type StartKey } from '../support/sample-client';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

/** Base64, like Azure's keys. In a URL, it must be encoded. */
const API_KEY = 'a+key/of/this+test==';
const IN_THE_QUERY: StartKey = { query: `?code=${encodeURIComponent(API_KEY)}` };
const AS_A_HEADER: StartKey = { headers: { 'x-functions-key': API_KEY } };
const AS_A_TOKEN: StartKey = { headers: { authorization: `Bearer ${API_KEY}` } };

/** Headers of all our answers that the sample does not have. */
const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
const JSON_ANSWER = { 'content-type': 'application/json; charset=utf-8', ...COMMON_HEADERS };

/** From the sample's documentation. {eventName} and {text} are sent literally. The others are replaced values. */
const HUB = 'taskHub=DurableFunctionsHub&connection=Storage&code={systemKey}';
const STARTED =
  '{"id":"{id}",' +
  `"statusQueryGetUri":"{base}/instances/{id}?${HUB}",` +
  `"sendEventPostUri":"{base}/instances/{id}/raiseEvent/{eventName}?${HUB}",` +
  `"terminatePostUri":"{base}/instances/{id}/terminate?reason={text}&${HUB}"}`;

/** The sample's five fields, followed by the fields of newer versions. */
function statusBody(runtimeStatus: string, output: unknown, status: string, attemptsRemaining: number) {
  return (
    `{"runtimeStatus":"${runtimeStatus}","input":"{number}","output":${JSON.stringify(output)},` +
    '"createdTime":"{time}","lastUpdatedTime":"{time}",' +
    '"name":"E4_SmsPhoneVerification","instanceId":"{id}","customStatus":' +
    `{"status":"${status}","attemptsRemaining":${attemptsRemaining},"expiresAt":"{expiry}"}}`
  );
}

interface Conversation {
  readonly host: string;
  readonly client: SampleClient;
  readonly phoneNumber: string;
  readonly instance: Instance;
  readonly code: string;
}

let service: RunningService;
/** `host` is an API with the default settings, `quickHost` one without keys and with a window of 5 s. */
let host: string;
let quickHost: string;

beforeAll(async () => {
  service = await RunningService.create({ API_KEYS: API_KEY });
  [{ host }, { host: quickHost }] = await Promise.all([
    service.startApi(),
    service.startApi({ DURABLE_FUNCTIONS_AUTH: 'anonymous', WINDOW_SECONDS: '5' }),
    service.startWorker(),
  ]);
});

afterAll(() => service.stop());

/** The body of an answer. Values that differ each time are replaced by names in braces. */
function transcript({ body }: Answer, conversation: Omit<Conversation, 'code'>): string {
  const { instance, phoneNumber } = conversation;
  return body
    .replaceAll(`http://${conversation.host}/admin/extensions/DurableTaskExtension`, '{base}')
    .replaceAll(instance.id, '{id}')
    .replaceAll(phoneNumber, '{number}')
    .replaceAll(/code=[\w-]{51}"/g, 'code={systemKey}"')
    .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"{time}"')
    .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"{expiry}"');
}

/** Starts a verification, waits until its message has arrived and the window is open, and checks the answers. */
async function startPending(onHost: string, key: StartKey): Promise<Conversation> {
  const client = new SampleClient(onHost, key);
  const phoneNumber = uniquePhoneNumber();
  const { answer, instance } = await client.start(phoneNumber);
  const conversation = { host: onHost, client, phoneNumber, instance };
  expect(answer).toEqual({
    status: 202,
    headers: {
      ...JSON_ANSWER,
      'content-length': `${Buffer.byteLength(answer.body)}`,
      location: instance.statusQueryGetUri,
      'retry-after': '10',
    },
    body: expect.any(String),
  });
  expect(transcript(answer, conversation)).toBe(STARTED);

  const code = await receivedCode(service.sandbox, phoneNumber);
  const running = await eventually(async () => {
    const status = await client.status(instance);
    return status.body.includes('Running') ? status : undefined;
  });
  expect(running).toMatchObject({ status: 202, headers: { ...JSON_ANSWER, 'retry-after': '10' } });
  expect(transcript(running, conversation)).toBe(statusBody('Running', null, 'pending', 4));
  return { ...conversation, code };
}

function expectAccepted(answer: Answer): void {
  expect(answer).toEqual({ status: 202, headers: { 'content-length': '0', ...COMMON_HEADERS }, body: '' });
}

async function expectEnded(conversation: Conversation, body: string): Promise<void> {
  const answer = await conversation.client.statusWhenEnded(conversation.instance);
  expect(transcript(answer, conversation)).toBe(body);
  expect(answer).toMatchObject({
    status: 200,
    headers: { ...JSON_ANSWER, 'content-length': `${Buffer.byteLength(answer.body)}` },
  });
}

describe('a client of the sample that only has another host name', () => {
  test.each([
    ['in the query', IN_THE_QUERY],
    ['as x-functions-key', AS_A_HEADER],
    ['as a Bearer token', AS_A_TOKEN],
  ])('starts with its key %s, sends the right code, and reads Completed, true', async (_case, key) => {
    const conversation = await startPending(host, key);
    const { client, instance, code } = conversation;
    expectAccepted(await client.respond(instance, code));
    await expectEnded(conversation, statusBody('Completed', true, 'verified', 3));
  });

  test('sends a code with its leading zeros, as they are in the message', async () => {
    const conversation = await eventually(async () => {
      const several = await Promise.all(Array.from({ length: 10 }, () => startPending(host, AS_A_HEADER)));
      return several.find(({ code }) => code.startsWith('0'));
    });
    const { client, instance, code } = conversation;
    expectAccepted(await client.respond(instance, code));
    await expectEnded(conversation, statusBody('Completed', true, 'verified', 3));
  });

  test('sends four wrong codes, and reads Completed, false', async () => {
    const conversation = await startPending(host, AS_A_HEADER);
    const { client, instance, code } = conversation;
    for (let attempt = 1; attempt <= 4; attempt++) {
      expectAccepted(await client.respond(instance, wrongCodeFor(code)));
    }
    await expectEnded(conversation, statusBody('Completed', false, 'max_attempts_reached', 0));
    expect(await client.respond(instance, code)).toMatchObject({ status: 410 });
  });

  test('needs no key if starts are anonymous, and after the window reads Completed, false', async () => {
    const conversation = await startPending(quickHost, {});
    await expectEnded(conversation, statusBody('Completed', false, 'expired', 4));
  });

  test('terminates, and reads Terminated with its reason', async () => {
    const conversation = await startPending(host, AS_A_HEADER);
    const { client, instance } = conversation;
    const reason = 'wrong number, désolé & "sorry"';
    expectAccepted(await client.terminate(instance, reason));
    await expectEnded(conversation, statusBody('Terminated', reason, 'canceled', 4));
    expect(await client.terminate(instance, reason)).toMatchObject({ status: 410 });
  });

  test.each<[string, StartKey]>([
    ['no key', {}],
    ['a wrong key', { query: '?code=wrong' }],
  ])('with %s gets 401 and starts nothing', async (_case, key) => {
    const phoneNumber = uniquePhoneNumber();
    const refused = await new SampleClient(host, key).tryStart(JSON.stringify(phoneNumber));
    expect(refused).toMatchObject({ status: 401 });
    const { answer } = await new SampleClient(host, AS_A_HEADER).start(phoneNumber);
    expect(answer).toMatchObject({ status: 202 });
  });
});
