import { untilPrinted } from '../support/processes';
import { RunningService } from '../support/running-service';
import { SampleClient, type StartKey } from '../support/sample-client';
import { receivedCode, uniquePhoneNumber } from '../support/service';

jest.setTimeout(90_000);

const API_KEY = 'a+key/of/this+test==';
/** Eight digits are not among a line's other numbers by chance. */
const CODE_LENGTH = '8';
const WRONG_CODE = '97531864';

let service: RunningService;

beforeAll(async () => {
  service = await RunningService.create({ API_KEYS: API_KEY, CODE_LENGTH });
});

afterAll(() => service.stop());

/** All that a client may get right or wrong, and what of it must stay secret. */
async function converse(client: SampleClient): Promise<string[]> {
  const phoneNumber = uniquePhoneNumber();
  const { instance } = await client.start(phoneNumber);
  const { statusQueryGetUri, sendEventPostUri, terminatePostUri } = instance;
  const code = await receivedCode(service.sandbox, phoneNumber);
  const ask = (url: string) => client.status({ ...instance, statusQueryGetUri: url });

  const answers = [
    await client.tryStart(phoneNumber),
    await client.tryStart(JSON.stringify(phoneNumber)),
    await client.respond(instance, `${code}?`),
    await client.respond(instance, WRONG_CODE),
    await ask(terminatePostUri.replace('/terminate', '')),
    await ask(statusQueryGetUri.replace('/admin', '/%zz')),
    await ask(statusQueryGetUri.replace('/admin', '')),
    await client.respond(instance, code),
    await client.terminate(instance, phoneNumber),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 409, 400, 202, 401, 400, 404, 202, 410]);
  const capabilities = [statusQueryGetUri, sendEventPostUri, terminatePostUri].map(capabilityOf);
  return [phoneNumber.slice(1), code, ...capabilities];
}

function capabilityOf(url: string): string {
  return url.slice(url.indexOf('code=') + 'code='.length);
}

test('no log line of API and worker holds a capability, an API key, a code or a number', async () => {
  const [{ host, process: api }, worker] = await Promise.all([service.startApi(), service.startWorker()]);
  const keyInTheQuery = encodeURIComponent(API_KEY);
  const keys: StartKey[] = [
    { query: `?code=${keyInTheQuery}` },
    { headers: { 'x-functions-key': API_KEY } },
    { headers: { authorization: `Bearer ${API_KEY}` } },
  ];
  const secrets = [API_KEY, keyInTheQuery, WRONG_CODE];
  for (const key of keys) secrets.push(...(await converse(new SampleClient(host, key))));

  const client = new SampleClient(host, keys[0]);
  const { instance } = await client.start(uniquePhoneNumber());
  worker.kill('SIGKILL');
  expect(await client.status(instance)).toMatchObject({ status: 503 });
  // The API's last line.
  await untilPrinted(api, '"res":{"statusCode":503}');

  for (const secret of secrets) expect(service.output).not.toContain(secret);
});
