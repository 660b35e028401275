import type { Client } from '@temporalio/client';
import { createTemporalClient } from '../../src/temporal/client';
import { timestampMs } from '../../src/temporal/timestamp';
import { API_KEY, type BreakableService, prepareBreakableService } from '../chaos/breakable-service';
import { callApi } from '../support/api-client';
import type { LoggedProcess } from '../support/logged-process';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';
import { partsOf } from '../support/verification-id';

/** The longest time that a person waits for an answer after a worker was killed. */
const RECOVERY_LIMIT_MS = 4_000;
/** The API waits 6 s for a worker and then checks whether Temporal answers. */
const DEADLINE_MS = 8_000;

let service: BreakableService;
let first: LoggedProcess;
let second: LoggedProcess;
let client: Client;

beforeAll(async () => {
  service = await prepareBreakableService();
  await service.temporal.start();
  first = service.createWorker(service.sandbox.url);
  second = service.createWorker(service.sandbox.url);
  await Promise.all([service.api.start(), first.start()]);
  const connection = { address: service.temporalAddress };
  client = createTemporalClient({ connection, namespace: 'default' });
});

afterAll(async () => {
  await client.connection.close();
  await service.stop();
});

async function call(method: string, path: string, body?: object, idempotencyKey?: string) {
  const startedAt = Date.now();
  const answer = await callApi(method, `${service.apiUrl}${path}`, { apiKey: API_KEY, body, idempotencyKey });
  return { ...answer, tookMs: Date.now() - startedAt };
}

/** Starts a verification that waits for its code. */
async function startPending(): Promise<{ id: string; path: string; code: string }> {
  const phoneNumber = uniquePhoneNumber();
  const { status, body } = await call('POST', '/verifications', { phoneNumber });
  expect(status).toBe(202);
  const path = `/verifications/${body.id}`;
  const code = await receivedCode(service.sandbox, phoneNumber);
  await eventually(async () => (await call('GET', path)).body.status === 'pending');
  return { id: body.id, path, code };
}

/** Waits until a worker, which may already be killed, has received the verification's next task. */
async function untilTaskStarted(id: string): Promise<void> {
  const { workflowId, runId } = partsOf(id);
  await eventually(async () => {
    // Reads the raw answer, because other fields are encrypted and this client has no keys.
    const { pendingWorkflowTask } = await client.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId, runId },
    });
    return Boolean(pendingWorkflowTask?.startedTime);
  });
}

/** How long Temporal waited for the worker that was killed with a task of the verification. */
async function lostTaskMs(id: string): Promise<number> {
  const { workflowId, runId } = partsOf(id);
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const lost = events?.findIndex(({ workflowTaskTimedOutEventAttributes: attributes }) => attributes) ?? -1;
  expect(lost).toBeGreaterThan(0);
  // The event before it is the task's start.
  return timestampMs(events?.[lost]?.eventTime) - timestampMs(events?.[lost - 1]?.eventTime);
}

describe('with another worker, a check is answered within 4 s', () => {
  afterEach(async () => {
    await second.kill();
    await first.start();
  });

  test('after the worker that had the verification was killed', async () => {
    const pending = [await startPending(), await startPending(), await startPending()];
    await second.start();
    await first.kill();
    const checks = pending.map(({ path, code }) => call('POST', `${path}/check`, { code }));
    for (const answer of await Promise.all(checks)) {
      expect(answer).toMatchObject({ status: 200, body: { verified: true } });
      expect(answer.tookMs).toBeLessThan(RECOVERY_LIMIT_MS);
    }
  });

  test('after that worker was killed while it handled the check', async () => {
    const { id, path, code } = await startPending();
    await second.start();
    process.kill(first.pid ?? 0, 'SIGSTOP');
    const check = call('POST', `${path}/check`, { code });
    await untilTaskStarted(id);
    await first.kill();
    expect(await check).toMatchObject({ status: 200, body: { verified: true } });
    // The answer comes soon afterwards. How soon depends on the machine.
    expect(await lostTaskMs(id)).toBeLessThan(RECOVERY_LIMIT_MS);
  });
});

describe('without a worker', () => {
  beforeEach(() => first.kill());

  test('a check gets 503, and costs one attempt when it is repeated with its key after a worker is back', async () => {
    await first.start();
    const { path, code } = await startPending();
    await first.kill();
    const body = { code: wrongCodeFor(code) };
    const unanswered = await call('POST', `${path}/check`, body, 'first check');
    expect(unanswered).toMatchObject({ status: 503, body: { code: 'worker_unavailable' } });
    expect(Number(unanswered.retryAfter)).toBeGreaterThan(0);
    expect(unanswered.tookMs).toBeLessThan(DEADLINE_MS);
    await first.start();
    for (const time of ['first', 'second']) {
      const repeated = await call('POST', `${path}/check`, body, 'first check');
      expect([time, repeated]).toMatchObject([
        time,
        { status: 200, body: { verified: false, attemptsRemaining: 3 } },
      ]);
    }
    expect(await call('POST', `${path}/check`, { code })).toMatchObject({
      body: { verified: true, attemptsRemaining: 2 },
    });
  });

  test('a start gets 202, and the message is sent when a worker is back', async () => {
    const phoneNumber = uniquePhoneNumber();
    expect(await call('POST', '/verifications', { phoneNumber })).toMatchObject({
      status: 202,
      body: { status: 'sending' },
    });
    await first.start();
    await receivedCode(service.sandbox, phoneNumber);
  });
});

test('after Temporal was killed and restarted with its data, a pending verification can be checked', async () => {
  const { path, code } = await startPending();
  await service.temporal.kill();
  expect(await call('POST', `${path}/check`, { code }, 'during the outage')).toMatchObject({
    status: 503,
    body: { code: 'temporal_unavailable' },
  });
  await eventually(() => first.lines.find((line) => line.includes('"sdkComponent":"core"')));
  await service.temporal.start();
  expect(await call('POST', `${path}/check`, { code }, 'during the outage')).toMatchObject({
    status: 200,
    body: { verified: true, attemptsRemaining: 3 },
  });
});

test('during all of this, every output line of the workers is one JSON object', () => {
  const lines = [first, second].flatMap((worker) => worker.lines);
  expect(lines.length).toBeGreaterThan(10);
  const others = lines.filter((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return typeof parsed !== 'object' || parsed === null || !('time' in parsed && 'msg' in parsed);
    } catch {
      return true;
    }
  });
  expect(others).toEqual([]);
});
