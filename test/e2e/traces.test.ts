import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { LOOPBACK } from '../../harness/ports';
import { deriveTag } from '../../src/crypto/code';
import { createKeyRing } from '../../src/crypto/key-ring';
import { parseVerificationId } from '../../src/gateway/ids';
import { callApi } from '../support/api-client';
import { eventually } from '../support/eventually';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver';
import { untilPrinted } from '../support/processes';
import { requiredEnv } from '../support/required-env';
import { RunningService } from '../support/running-service';
import { Secrets } from '../support/secrets';
import { receivedCode, uniquePhoneNumber } from '../support/service';
import { traceTree } from '../support/trace-tree';

const API_KEY = randomBytes(24).toString('base64url');
const AUTH_TOKEN = randomBytes(16).toString('hex');
const secretKeys = [{ id: 'k1', bytes: Buffer.alloc(32, 5) }];
const WRONG_CODE = '97531864';
const SENT_BAGGAGE = 'user=alice-of-this-test';

let receiver: OtlpReceiver;
let service: RunningService;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  service = await RunningService.create(
    {
      API_KEYS: API_KEY,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      // Eight digits are not part of other numbers by chance.
      CODE_LENGTH: '8',
      RESEND_INTERVAL_SECONDS: '0',
    },
    { authToken: AUTH_TOKEN },
  );
});

afterAll(async () => {
  await service.stop();
  await receiver.close();
});

/** The trace of a caller, and the options of its requests. */
function newTrace() {
  const traceId = randomBytes(16).toString('hex');
  const headers = {
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
    tracestate: SENT_BAGGAGE,
    baggage: SENT_BAGGAGE,
  };
  return { traceId, options: { apiKey: API_KEY, headers } };
}

/** Waits until the trace has these spans. On a busy machine a call may be repeated: repeated lines do not count. */
async function received(traceId: string, tree: readonly string[]): Promise<void> {
  const lines = () => [...new Set(traceTree(receiver.spans, traceId))];
  await eventually(() => lines().length >= tree.length, { output: () => lines().join('\n') });
  expect(lines()).toEqual(tree);
}

/** Everything that must not be in a span. */
function secretsOf(phoneNumber: string, code: string, id: string): Secrets {
  const secrets = new Secrets();
  secrets.addPhoneNumber(phoneNumber);
  secrets.add('API key', API_KEY);
  secrets.add('Twilio token', AUTH_TOKEN);
  secrets.add('code', code);
  secrets.add('wrong code', WRONG_CODE);
  secrets.add('id', id);
  secrets.add('baggage', SENT_BAGGAGE);
  secrets.addBytes('the first part of the id', Buffer.from(id, 'base64url').subarray(0, 15));
  const parsed = parseVerificationId(id);
  if (parsed === undefined) throw new Error('The id has another form');
  secrets.addBytes('nonce', Buffer.from(parsed.nonce, 'base64url'));
  secrets.add('workflow ID', parsed.workflowId);
  const tag = deriveTag(createKeyRing(secretKeys).first, parsed, code);
  secrets.add('tag', tag);
  return secrets;
}

test('one trace leads from the request to the provider, and contains nothing secret', async () => {
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '100' };
  const [{ url }] = await Promise.all([service.startApi(tracing), service.startWorker(tracing)]);
  const phoneNumber = uniquePhoneNumber();
  const { traceId, options } = newTrace();
  const { id } = (await callApi('POST', url, { ...options, body: { phoneNumber } })).body;
  const code = await receivedCode(service.sandbox, phoneNumber);
  await eventually(
    async () => (await callApi('GET', `${url}/${id}`, { apiKey: API_KEY })).body.status === 'pending',
  );

  const resend = newTrace();
  expect((await callApi('POST', `${url}/${id}/resend`, resend.options)).status).toBe(202);
  const check = newTrace();
  await callApi('POST', `${url}/${id}/check`, { ...check.options, body: { code: WRONG_CODE } });
  const { body } = await callApi('POST', `${url}/${id}/check`, { ...options, body: { code } });
  expect(body).toMatchObject({ verified: true });

  const provider = ['RunActivity:sendMessage', 'POST'];
  const indented = (depth: number) => (name: string, index: number) => '  '.repeat(depth + index) + name;
  await received(traceId, [
    'POST /verifications',
    '  StartWorkflow:phoneVerification',
    '    RunWorkflow:phoneVerification',
    ...provider.map(indented(3)),
    'POST /verifications/:id/check',
    '  StartWorkflowUpdate:check',
    '    HandleUpdate:check',
  ]);
  await received(resend.traceId, [
    'POST /verifications/:id/resend',
    '  StartWorkflowUpdate:resend',
    '    HandleUpdate:resend',
    ...provider.map(indented(3)),
  ]);
  await received(check.traceId, [
    'POST /verifications/:id/check',
    '  StartWorkflowUpdate:check',
    '    HandleUpdate:check',
  ]);
  const run = receiver.spans.find(({ name }) => name.startsWith('RunWorkflow'));
  const handled = receiver.spans.filter(({ name }) => name.startsWith('HandleUpdate'));
  expect(handled.map(({ links }) => links)).toEqual(handled.map(() => [run?.spanId]));
  expect(new Set(receiver.spans.map((span) => span.service))).toEqual(
    new Set(['phone-verification-api', 'phone-verification-worker']),
  );
  expect(receiver.spans.find(({ name }) => name === 'POST')?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.response.status_code': '201',
    'server.address': '127.0.0.1',
    'server.port': new URL(service.sandbox.url).port,
    'url.scheme': 'http',
  });
  expect(secretsOf(phoneNumber, code, id).foundIn(receiver.received())).toEqual([]);
  expect(service.output).toContain(`"trace_id":"${traceId}"`);
});

test('without the variables, OpenTelemetry is not loaded, and a run has no trace', async () => {
  const hook = path.join(requiredEnv('TEST_DIRECTORY'), 'print-modules.js');
  await writeFile(
    hook,
    `process.on('exit', () => console.log('modules: ' + Object.keys(require.cache).join()))`,
  );
  const api = await service.startApi({ NODE_OPTIONS: `--require="${hook}"` });
  const before = receiver.spans.length;
  const { traceId, options } = newTrace();
  const { status } = await callApi('POST', api.url, {
    ...options,
    body: { phoneNumber: uniquePhoneNumber() },
  });
  expect(status).toBe(202);
  await untilPrinted(api.process, `"trace_id":"${traceId}"`);

  api.process.kill('SIGTERM');
  await api.process.exited;
  const [modules = ''] = /^modules: .*$/m.exec(api.process.output()) ?? [];
  expect(modules).toContain('/fastify/');
  expect(modules).not.toMatch(/opentelemetry\/(?!api\/)|interceptors-opentelemetry|telemetry\/tracing/);
  expect(receiver.spans.slice(before).filter((span) => span.traceId === traceId)).toEqual([]);
});

test('a collector that refuses the spans is one warning, which has nothing of its answers, and stops no process', async () => {
  let exports = 0;
  const collector = createServer((_request, response) => {
    exports += 1;
    response.writeHead(400).end('the words of the collector');
  });
  await once(collector.listen(0, LOOPBACK), 'listening');
  const { port } = collector.address() as AddressInfo;
  const api = await service.startApi({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${LOOPBACK}:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });

  for (const expected of [1, 2]) {
    await fetch(api.url);
    await eventually(() => exports >= expected);
  }
  await untilPrinted(api.process, 'Traces could not be exported');
  api.process.kill('SIGTERM');
  await api.process.exited;
  collector.close();

  const output = api.process.output();
  expect(output.split('Traces could not be exported')).toHaveLength(2);
  expect(output).not.toMatch(/the words of the collector|unforeseen/);
});
