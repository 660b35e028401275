import { freePort } from '../../harness/ports';
import { callApi } from '../support/api-client';
import { serviceEnv, startSource } from '../support/processes';
import { RunningService } from '../support/running-service';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

let service: RunningService;

afterEach(() => service.stop());

test('the worker counts verifications by tenant, country and final status', async () => {
  const port = await freePort();
  service = await RunningService.create({ WORKER_METRICS_PORT: String(port), MAX_ATTEMPTS: '1' });
  const { url } = await service.startApi();
  await service.startWorker();

  async function verify(phoneNumber: string, answer: (code: string) => string): Promise<void> {
    const { id } = (await callApi('POST', url, { body: { phoneNumber } })).body;
    const code = await receivedCode(service.sandbox, phoneNumber);
    // If the code arrives before the provider's answer, Temporal may repeat the workflow task, which counts twice.
    await eventually(async () => (await callApi('GET', `${url}/${id}`)).body.status === 'pending');
    await callApi('POST', `${url}/${id}/check`, { body: { code: answer(code) } });
  }
  await verify(uniquePhoneNumber(), (code) => code);
  await verify(uniquePhoneNumber(), wrongCodeFor);
  await verify('+4915123456789', (code) => code);

  const metrics = await eventually(async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text.includes('max_attempts_reached') ? text : undefined;
  });
  const samples = metrics.split('\n').filter((line) => line.startsWith('phone_verification_'));
  const value = (name: string, ...labels: string[]) =>
    samples
      .find((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
      ?.split(' ')
      .at(-1);
  expect(value('phone_verification_started_total', 'tenant="default"', 'country="US"')).toBe('2');
  expect(value('phone_verification_started_total', 'tenant="default"', 'country="DE"')).toBe('1');
  expect(
    value('phone_verification_ended_total', 'tenant="default"', 'country="US"', 'status="verified"'),
  ).toBe('1');
  expect(
    value(
      'phone_verification_ended_total',
      'tenant="default"',
      'country="US"',
      'status="max_attempts_reached"',
    ),
  ).toBe('1');
  expect(
    value('phone_verification_ended_total', 'tenant="default"', 'country="DE"', 'status="verified"'),
  ).toBe('1');
});

test('the API counts delivery reports by status, and offers them on METRICS_PORT of the loopback address', async () => {
  const port = await freePort();
  service = await RunningService.create({ METRICS_PORT: String(port) });
  const { host, url } = await service.startApi();
  // Where deliveries are reported to.
  await service.startWorker({ PUBLIC_URL: `http://${host}` });
  await callApi('POST', url, { body: { phoneNumber: uniquePhoneNumber() } });

  const name = 'phone_verification_delivery_reports_total';
  const response = await eventually(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    const text = await answer.text();
    return text.includes(`${name}{status="delivered"} 1`) && { text, headers: answer.headers };
  });

  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.text).toContain(`# TYPE ${name} counter`);
  expect(response.text).toContain(`${name}{status="sent"} 1`);
  const [others, onApi] = await Promise.all([
    fetch(`http://127.0.0.1:${port}/healthz`),
    fetch(`http://${host}/metrics`),
  ]);
  expect([others.status, onApi.status]).toEqual([404, 404]);
});

test('an API whose port for metrics is taken ends, and names the variable', async () => {
  service = await RunningService.create();
  const taken = new URL(service.sandbox.url).port;
  const api = startSource('src/server.ts', serviceEnv({ METRICS_PORT: taken, PORT: '0' }));

  expect(await api.exited).toBe(1);
  expect(api.output()).toContain(`The port for metrics can't be used (METRICS_PORT=${taken})`);
});
