import { untilPrinted } from '../support/processes';
import { RunningService } from '../support/running-service';
import { SampleClient, type StartKey } from '../support/sample-client';
import { receivedCode, uniquePhoneNumber } from '../support/service';

const API_KEY = 'a+key/of/this+test==';
/** Eight digits are not part of other numbers in a log line by chance. */
const CODE_LENGTH = '8';
const WRONG_CODE = '97531864';

let service: RunningService;

beforeAll(async () => {
  service = await RunningService.create({ API_KEYS: API_KEY, CODE_LENGTH });
});

afterAll(() => service.stop());

/** Sends valid and invalid requests of all kinds. Returns their secrets. */
async function exchangeRequests(client: SampleClient): Promise<string[]> {
  const phoneNumber = uniquePhoneNumber();
  const { instance } = await client.start(phoneNumber);
  const { statusQueryGetUri, sendEventPostUri, terminatePostUri } = instance;
  const code = await receivedCode(service.sandbox, phoneNumber);
  const statusAt = (url: string) => client.status({ ...instance, statusQueryGetUri: url });

  const answers = [
    await client.tryStart(phoneNumber),
    await client.tryStart(JSON.stringify(phoneNumber)),
    await client.respond(instance, `${code}?`),
    await client.respond(instance, WRONG_CODE),
    await statusAt(terminatePostUri.replace('/terminate', '')),
    await statusAt(statusQueryGetUri.replace('/admin', '/%zz')),
    await statusAt(statusQueryGetUri.replace('/admin', '')),
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

test('the logs of API and worker contain no capability, API key, code or number', async () => {
  const [{ host, process: api }, worker] = await Promise.all([service.startApi(), service.startWorker()]);
  const keyInTheQuery = encodeURIComponent(API_KEY);
  const keys: StartKey[] = [
    { query: `?code=${keyInTheQuery}` },
    { headers: { 'x-functions-key': API_KEY } },
    { headers: { authorization: `Bearer ${API_KEY}` } },
  ];
  const secrets = [API_KEY, keyInTheQuery, WRONG_CODE];
  for (const key of keys) secrets.push(...(await exchangeRequests(new SampleClient(host, key))));

  const client = new SampleClient(host, keys[0]);
  const { instance } = await client.start(uniquePhoneNumber());
  worker.kill('SIGKILL');
  expect(await client.status(instance)).toMatchObject({ status: 503 });
  // This is the API's last log line.
  await untilPrinted(api, '"status":503');

  for (const secret of secrets) expect(service.output).not.toContain(secret);
});
