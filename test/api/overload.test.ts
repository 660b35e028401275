import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WorkflowNotFoundError } from '@temporalio/client';
import { createTemporalClient } from '../../src/temporal/client';
import { workflowIdFor } from '../../src/gateway/ids';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  API_KEYS,
  eventually,
  requiredEnv,
  startService,
  testDataConverter,
  testDigests,
  uniquePhoneNumber,
  type Service,
} from '../support/service';
import { LONG_POLL, CallCounter } from '../support/call-counter';
import { partsOf } from '../support/verification-id';

interface Problem {
  readonly detail: string;
}

const QUERY = 'QueryWorkflow';
/** How many starts one API process runs at once. */
const RUNNING_STARTS = 20;
const headers = { authorization: `Bearer ${API_KEYS[0]}` };

let server: DevServer;
let service: Service;
let calls: CallCounter;
let closeClient: () => Promise<void>;

beforeAll(async () => {
  server = await connectDevServer();
});

/** Starts a service and counts its calls to Temporal. */
async function begin({ withWorker }: { withWorker: boolean }): Promise<void> {
  calls = new CallCounter();
  const client = createTemporalClient({
    connection: { address: requiredEnv('TEST_TEMPORAL_ADDRESS'), interceptors: [calls.interceptor] },
    namespace: 'default',
    dataConverter: testDataConverter,
  });
  closeClient = () => client.connection.close();
  service = await startService({ ...server, client, withWorker });
}

afterEach(async () => {
  await service.stop();
  await closeClient();
});
afterAll(() => server.close());

async function start(phoneNumber = uniquePhoneNumber()) {
  const payload = { phoneNumber };
  const answer = await service.app.inject({ method: 'POST', url: '/verifications', headers, payload });
  return { phoneNumber, answer };
}

function get(id: string, more: Record<string, string> = {}) {
  return service.app.inject({ url: `/verifications/${id}`, headers: { ...headers, ...more } });
}

test('of 400 simultaneous starts, those beyond the bounds get 503 at once and start nothing', async () => {
  await begin({ withWorker: false });
  const starts = await Promise.all(Array.from({ length: 400 }, () => start()));
  const refused = starts.filter(({ answer }) => answer.statusCode !== 202);
  for (const { answer } of refused) {
    expect(answer.statusCode).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  }
  // On a slow machine, Temporal does not answer some of the others in time. These may have started.
  const beyondBounds = refused.filter(({ answer }) => answer.json<Problem>().detail.includes('too busy'));
  expect(beyondBounds.length).toBeGreaterThan(0);
  for (const { phoneNumber } of beyondBounds) {
    const workflow = server.client.workflow.getHandle(
      workflowIdFor(testDigests.phoneNumber('default', phoneNumber)),
    );
    await expect(workflow.describe()).rejects.toBeInstanceOf(WorkflowNotFoundError);
  }
  expect(calls.most('StartWorkflowExecution')).toBeLessThanOrEqual(RUNNING_STARTS);
  const next = await eventually(async () => {
    const { answer } = await start();
    return answer.statusCode === 202 ? answer : undefined;
  });
  expect(next.json()).toMatchObject({ status: 'sending' });
});

test('300 simultaneous reads of one verification share a few queries, and all get an answer', async () => {
  await begin({ withWorker: true });
  const { id } = await service.startAndReceive();
  const before = calls.made(QUERY);
  const answers = await Promise.all(Array.from({ length: 300 }, () => get(id)));
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  expect(calls.made(QUERY) - before).toBeLessThanOrEqual(10);
  expect(calls.most(QUERY)).toBe(1);
});

test('a read after a check never returns an older state', async () => {
  await begin({ withWorker: true });
  const { id, code } = await service.startAndReceive();
  const by = { caller: 'alice', idempotencyKey: undefined };
  const others = Array.from({ length: 50 }, () => get(id));
  await service.verifications.check(id, code, by);
  expect((await get(id)).json()).toMatchObject({ status: 'verified' });
  await Promise.all(others);
});

test('50 queries run at once, and a verification that has ended can still be read', async () => {
  await begin({ withWorker: true });
  const { id: ended } = await service.startAndReceive();
  await service.verifications.cancel(ended);
  await server.client.workflow.getHandle(partsOf(ended).workflowId).result();
  await service.stopWorker();
  const starts = await Promise.all(Array.from({ length: 60 }, () => start()));
  const reads = starts.map(({ answer }) => get(answer.json<{ id: string }>().id));
  await eventually(() => (calls.inFlight(QUERY) === 50 ? true : undefined));
  expect((await get(ended)).json()).toMatchObject({ status: 'canceled' });
  for (const read of reads) expect((await read).statusCode).toBe(503);
  expect(calls.most(QUERY)).toBe(50);
});

test('waits for one verification share a long poll, and end when their clients disconnect', async () => {
  await begin({ withWorker: true });
  const { id } = await service.startAndReceive();
  await service.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = service.app.server.address() as AddressInfo;
  const clients = Array.from({ length: 20 }, () => {
    const path = `/verifications/${id}`;
    const client = request({ host: '127.0.0.1', port, path, headers: { ...headers, prefer: 'wait=60' } });
    const gone = new Promise<void>((resolve) => void client.on('error', () => resolve()));
    client.end();
    return { client, gone };
  });
  await eventually(() => (calls.inFlight(LONG_POLL) === 1 ? true : undefined));
  for (const { client, gone } of clients.slice(1)) {
    client.destroy();
    await gone;
  }
  expect(calls.inFlight(LONG_POLL)).toBe(1);
  clients[0]?.client.destroy();
  await eventually(() => (calls.inFlight(LONG_POLL) === 0 ? true : undefined));
  expect(calls.most(LONG_POLL)).toBe(1);
});

test('reading an ended verification or a number’s ledger needs no long poll', async () => {
  await begin({ withWorker: true });
  const { id, phoneNumber, code } = await service.startAndReceive();
  await service.verifications.check(id, code, { caller: 'alice', idempotencyKey: undefined });
  const workflow = server.client.workflow.getHandle(
    workflowIdFor(testDigests.phoneNumber('default', phoneNumber)),
  );
  await workflow.result();
  expect((await get(id, { prefer: 'wait=60' })).json()).toMatchObject({ status: 'verified' });
  expect((await start(phoneNumber)).answer.statusCode).toBe(202);
  expect(calls.made('GetWorkflowExecutionHistory')).toBe(2);
  expect(calls.made(LONG_POLL)).toBe(0);
});
