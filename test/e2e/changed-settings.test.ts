import { callApi } from '../support/api-client';
import type { TestProcess } from '../support/processes';
import { RunningService } from '../support/running-service';
import { receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

// The steps of docs/operations.md, "Changing settings", for the settings that need an order.

/** Long enough that no verification expires on a slow machine. */
const RULES = { WINDOW_SECONDS: '600', RESEND_INTERVAL_SECONDS: '0' };

let service: RunningService;

afterEach(() => service.stop());

async function end(process: TestProcess): Promise<void> {
  process.kill('SIGTERM');
  expect(await process.exited).toBe(0);
}

/** Starts a verification and enters a wrong code. Returns what completes it, through any API. */
async function openAt(url: string): Promise<(url: string) => Promise<void>> {
  const phoneNumber = uniquePhoneNumber();
  const { status, body } = await callApi('POST', url, { body: { phoneNumber } });
  expect(status).toBe(202);
  const code = await receivedCode(service.sandbox, phoneNumber);
  const check = (at: string, tried: string) =>
    callApi('POST', `${at}/${body.id}/check`, { body: { code: tried } });
  expect((await check(url, wrongCodeFor(code))).body).toMatchObject({ attemptsRemaining: 3 });

  return async (at) => {
    expect(await callApi('GET', `${at}/${body.id}`)).toMatchObject({
      status: 200,
      body: { status: 'pending', attemptsRemaining: 3 },
    });
    expect((await callApi('POST', `${at}/${body.id}/resend`)).status).toBe(202);
    expect(await check(at, code)).toMatchObject({
      status: 200,
      body: { verified: true, attemptsRemaining: 2 },
    });
    expect((await callApi('POST', at, { body: { phoneNumber } })).status).toBe(202);
  };
}

test('payload encryption is switched off while no API runs: open verifications continue', async () => {
  service = await RunningService.create({ ...RULES, PAYLOAD_ENCRYPTION: 'on' });
  const [api, worker] = await Promise.all([service.startApi(), service.startWorker()]);
  const finish = await openAt(api.url);

  await end(api.process);
  const off = { PAYLOAD_ENCRYPTION: 'off' };
  await service.startWorker(off);
  await end(worker);
  const { url } = await service.startApi(off);

  await finish(url);
  const finishUnencrypted = await openAt(url);
  await finishUnencrypted(url);
});

test('with another task queue, workers of the old one finish what began there', async () => {
  service = await RunningService.create(RULES);
  // Each service has a task queue of its own.
  const moved = await RunningService.create({ ...RULES, TWILIO_API_URL: service.sandbox.url });
  try {
    const [api, worker] = await Promise.all([service.startApi(), service.startWorker()]);
    const finish = await openAt(api.url);

    await moved.startWorker();
    const { url } = await moved.startApi();
    await end(api.process);
    await finish(url);
    const finishMoved = await openAt(url);
    await end(worker);
    await finishMoved(url);
  } finally {
    await moved.stop();
  }
});
