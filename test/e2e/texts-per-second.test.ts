import { startSmsSandbox, type SmsSandbox } from '../../dev/sms-sandbox';
import { RunningService } from '../support/running-service';
import { eventually, uniquePhoneNumber } from '../support/service';

let sandbox: SmsSandbox;
let service: RunningService;

afterEach(async () => {
  await service.stop();
  await sandbox.close();
});

test('two workers together send no more texts in a second than TEXTS_PER_SECOND, and every one in the end', async () => {
  sandbox = await startSmsSandbox({ port: 0, accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' });
  service = new RunningService(sandbox, { TEXTS_PER_SECOND: '2' });
  const { host } = await service.startApi();
  await Promise.all([service.startWorker(), service.startWorker()]);

  const numbers = Array.from({ length: 14 }, uniquePhoneNumber);
  for (const phoneNumber of numbers) {
    const response = await fetch(`http://${host}/verifications`, {
      method: 'POST',
      headers: { authorization: 'Bearer dev', 'content-type': 'application/json' },
      body: JSON.stringify({ phoneNumber }),
    });
    expect(response.status).toBe(202);
  }
  const seenAt = await Promise.all(
    numbers.map((number) => eventually(() => (sandbox.inbox(number).length > 0 ? Date.now() : undefined))),
  );
  // Temporal lets a few through at once (each of a task queue's four partitions has a burst of its own), then keeps to it.
  const tookMs = Math.max(...seenAt) - Math.min(...seenAt);
  expect(tookMs).toBeGreaterThan(2_500);
}, 60_000);
