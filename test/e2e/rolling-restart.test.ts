import { setTimeout as sleep } from 'node:timers/promises';
import { NO_LIMITS } from '../../harness/service/service-environment';
import { LoadBalancer } from '../support/load-balancer';
import type { TestProcess } from '../support/processes';
import { RunningService, type RunningApi } from '../support/running-service';
import { receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

const VERIFICATIONS_AT_ONCE = 32;
const MAX_ATTEMPTS = 4;
const MOST_WRONG_CODES = 2;
/** How long a person needs for a code. */
const THINKING_MS = 1_000;
/** One repeat is enough unless the machine is busy: a check then waits longer for a worker. */
const MOST_REPEATS = 3;

let service: RunningService;
let balancer: LoadBalancer;
let apis: [RunningApi, RunningApi];
let workers: [TestProcess, TestProcess];

beforeAll(async () => {
  service = await RunningService.create(NO_LIMITS);
  [apis, workers] = await Promise.all([
    Promise.all([service.startApi(), service.startApi()]),
    Promise.all([service.startWorker(), service.startWorker()]),
  ]);
});

beforeEach(() => {
  balancer = new LoadBalancer(apis);
});

afterAll(() => service.stop());

/** A process that needs longer than its grace period ends with 1. */
async function end(process: TestProcess): Promise<void> {
  process.kill('SIGTERM');
  expect(await process.exited).toBe(0);
}

/** Starts the new API, sends it the requests, waits for the old one's last answers, and ends the old one. */
async function replaceApi(index: 0 | 1): Promise<void> {
  const old = apis[index];
  apis[index] = await service.startApi();
  await balancer.use(...apis);
  await end(old.process);
}

async function replaceWorker(index: 0 | 1): Promise<void> {
  const old = workers[index];
  workers[index] = await service.startWorker();
  await end(old);
}

/**
 * Verifies a new number and returns it. The backend sends an Idempotency-Key with each POST. The person enters wrong
 * codes first, and each of them must use exactly one attempt.
 */
async function verify(wrongCodes: number): Promise<string> {
  const phoneNumber = uniquePhoneNumber();
  const started = await balancer.call('POST', '', {
    body: { phoneNumber },
    idempotencyKey: `start ${phoneNumber}`,
  });
  // 200: a repeat, and the first try had started it.
  expect([200, 202]).toContain(started.status);
  const path = `/${started.body.id}`;
  const code = await receivedCode(service.sandbox, phoneNumber);
  for (let attempt = 1; attempt <= wrongCodes + 1; attempt++) {
    await sleep(THINKING_MS);
    const isRight = attempt > wrongCodes;
    const checked = await balancer.call('POST', `${path}/check`, {
      body: { code: isRight ? code : wrongCodeFor(code) },
      idempotencyKey: `check ${phoneNumber} ${attempt}`,
    });
    expect(checked).toMatchObject({
      status: 200,
      body: { verified: isRight, attemptsRemaining: MAX_ATTEMPTS - attempt },
    });
  }
  expect(await balancer.call('GET', path)).toMatchObject({ status: 200, body: { status: 'verified' } });
  return phoneNumber;
}

/**
 * 32 people verify one number after the other until `restart` has ended. Then waits until all numbers are verified, and
 * checks that each got one message.
 */
async function verifyDuring(restart: () => Promise<void>): Promise<void> {
  const isOver = new AbortController();
  const phoneNumbers: string[] = [];
  const person = async (first: number) => {
    for (let turn = first; !isOver.signal.aborted; turn++)
      phoneNumbers.push(await verify(turn % (MOST_WRONG_CODES + 1)));
  };
  await Promise.all([
    ...Array.from({ length: VERIFICATIONS_AT_ONCE }, (_, index) => person(index)),
    restart().finally(() => isOver.abort()),
  ]);
  for (const phoneNumber of phoneNumbers) expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
}

function expectRepeatable(): void {
  const answers = balancer.failedTries.flatMap(({ answer }) => answer ?? []);
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 503,
      contentType: expect.stringMatching(/^application\/problem\+json/),
    });
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  }
  expect(balancer.mostRepeats).toBeLessThanOrEqual(MOST_REPEATS);
}

test('a rolling update of two APIs and two workers: no connection fails, and every number is verified', async () => {
  await verifyDuring(async () => {
    for (const index of [0, 1] as const) await Promise.all([replaceApi(index), replaceWorker(index)]);
  });

  expect(balancer.failedTries.filter(({ answer }) => answer === undefined)).toEqual([]);
  expectRepeatable();
});

test('the only API and the only worker are restarted in place: repeats are enough, and every number is verified', async () => {
  await balancer.use(apis[0]);
  await Promise.all([end(apis[1].process), end(workers[1])]);
  const [api] = apis;
  let apiIsBackAt = Infinity;

  await verifyDuring(async () => {
    await end(api.process);
    await service.startApi({ PORT: new URL(api.url).port });
    apiIsBackAt = Date.now();
    await end(workers[0]);
    await service.startWorker();
  });

  const unanswered = balancer.failedTries.filter(({ answer }) => answer === undefined);
  expect(unanswered.filter(({ at }) => at > apiIsBackAt)).toEqual([]);
  expectRepeatable();
});
