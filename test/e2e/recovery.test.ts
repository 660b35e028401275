import type { Client } from '@temporalio/client';
import { createTemporalClient } from '../../src/temporal/client';
import { parseVerificationId } from '../../src/gateway/ids';
import type { CrashableProcess } from '../chaos/crashable-process';
import { API_KEY, setStage, type Stage } from '../chaos/stage';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

jest.setTimeout(60_000);

/** What a person waits for an answer after a worker was killed. */
const RECOVERY_LIMIT_MS = 4_000;
/** The API waits 6 s for a worker, and then asks Temporal whether it is there. */
const DEADLINE_MS = 8_000;

let stage: Stage;
let first: CrashableProcess;
let second: CrashableProcess;
let client: Client;

beforeAll(async () => {
  stage = await setStage();
  await stage.temporal.start();
  first = stage.createWorker(stage.sandbox.url);
  second = stage.createWorker(stage.sandbox.url);
  await Promise.all([stage.api.start(), first.start()]);
  const connection = { address: stage.temporalAddress };
  client = createTemporalClient({ connection, namespace: 'default' });
});

afterAll(async () => {
  await client.connection.close();
  await stage.stop();
});

interface Answer {
  status: number;
  retryAfter: string | null;
  body: { id: string; status: string; code: string; attemptsRemaining: number; verified?: boolean };
  tookMs: number;
}

async function call(method: string, path: string, payload?: object, key?: string): Promise<Answer> {
  const startedAt = Date.now();
  const response = await fetch(`${stage.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${API_KEY}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
  });
  const body = (await response.json()) as Answer['body'];
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body,
    tookMs: Date.now() - startedAt,
  };
}

/** A verification that waits for its code. */
async function startPending(): Promise<{ id: string; path: string; code: string }> {
  const phoneNumber = uniquePhoneNumber();
  const { status, body } = await call('POST', '/verifications', { phoneNumber });
  expect(status).toBe(202);
  const path = `/verifications/${body.id}`;
  const code = await receivedCode(stage.sandbox, phoneNumber);
  await eventually(async () => ((await call('GET', path)).body.status === 'pending' ? true : undefined));
  return { id: body.id, path, code };
}

/** Waits until some worker, dead or alive, was given the verification's next task. */
async function untilTaken(id: string): Promise<void> {
  const { workflowId, runId } = parseVerificationId(id) ?? { workflowId: '', runId: '' };
  await eventually(async () => {
    // The raw answer: what else is in it is encrypted, and this client has no keys.
    const { pendingWorkflowTask } = await client.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId, runId },
    });
    return pendingWorkflowTask?.startedTime ? true : undefined;
  });
}

describe('with another worker up, a check is answered within 4 s', () => {
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

  test('after that worker was killed with the check in its hands', async () => {
    const { id, path, code } = await startPending();
    await second.start();
    process.kill(first.pid, 'SIGSTOP');
    const check = call('POST', `${path}/check`, { code });
    await untilTaken(id);
    await first.kill();
    const answer = await check;
    expect(answer).toMatchObject({ status: 200, body: { verified: true } });
    expect(answer.tookMs).toBeLessThan(RECOVERY_LIMIT_MS);
  });
});

describe('with every worker down', () => {
  beforeEach(() => first.kill());

  test('a check gets 503, and repeated with its key it costs one attempt once a worker is back', async () => {
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

  test('a start gets its 202, and the text goes out when a worker is back', async () => {
    const phoneNumber = uniquePhoneNumber();
    expect(await call('POST', '/verifications', { phoneNumber })).toMatchObject({
      status: 202,
      body: { status: 'sending' },
    });
    await first.start();
    await receivedCode(stage.sandbox, phoneNumber);
  });
});

test('after Temporal was killed and started again on its file, a pending verification can be answered', async () => {
  const { path, code } = await startPending();
  await stage.temporal.kill();
  expect(await call('POST', `${path}/check`, { code }, 'during the outage')).toMatchObject({
    status: 503,
    body: { code: 'temporal_unavailable' },
  });
  await eventually(() => first.lines.find((line) => line.includes('"sdkComponent":"core"')));
  await stage.temporal.start();
  expect(await call('POST', `${path}/check`, { code }, 'during the outage')).toMatchObject({
    status: 200,
    body: { verified: true, attemptsRemaining: 3 },
  });
});

test('every line that a worker has written, through all of that, is one JSON object', () => {
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
