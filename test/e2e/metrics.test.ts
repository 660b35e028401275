import { freePort } from '../../harness/ports';
import { startSmsSandbox, type SmsSandbox } from '../../sandbox';
import { RunningService } from '../support/running-service';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

let sandbox: SmsSandbox;
let service: RunningService;

afterEach(async () => {
  await service.stop();
  await sandbox.close();
});

test('the worker counts verifications by country and how they ended', async () => {
  const port = await freePort();
  sandbox = await startSmsSandbox({ port: 0, accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' });
  service = new RunningService(sandbox, { WORKER_METRICS_PORT: String(port), MAX_ATTEMPTS: '1' });
  const { host } = await service.startApi();
  await service.startWorker();

  async function verify(phoneNumber: string, answer: (code: string) => string): Promise<void> {
    const post = async (path: string, body: object) =>
      (
        await fetch(`http://${host}${path}`, {
          method: 'POST',
          headers: { authorization: 'Bearer dev', 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json() as Promise<{ id: string }>;
    const { id } = await post('/verifications', { phoneNumber });
    const code = await receivedCode(sandbox, phoneNumber);
    // A code that overtakes the provider's answer may have its workflow task done over, and counted again.
    await eventually(async () => {
      const headers = { authorization: 'Bearer dev' };
      const found = await fetch(`http://${host}/verifications/${id}`, { headers });
      return ((await found.json()) as { status: string }).status === 'pending' ? true : undefined;
    });
    await post(`/verifications/${id}/check`, { code: answer(code) });
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
  expect(value('phone_verification_started_total', 'country="US"')).toBe('2');
  expect(value('phone_verification_started_total', 'country="DE"')).toBe('1');
  expect(value('phone_verification_ended_total', 'country="US"', 'status="verified"')).toBe('1');
  expect(value('phone_verification_ended_total', 'country="US"', 'status="max_attempts_reached"')).toBe('1');
  expect(value('phone_verification_ended_total', 'country="DE"', 'status="verified"')).toBe('1');
}, 60_000);
