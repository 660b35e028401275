import { temporal } from '@temporalio/proto';
import { CallCounter } from '../support/call-counter';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { readableHistory, startService, untilPending, type Service } from '../support/service';
import { partsOf } from '../support/verification-id';

const by = { caller: 'alice', idempotencyKey: undefined };

let server: DevServer;
/** The service's own client. */
let counted: DevServer;
let service: Service;
const calls = new CallCounter();

beforeAll(async () => {
  server = await connectDevServer();
  counted = await connectDevServer({ interceptors: [calls.interceptor] });
  service = await startService({ ...counted });
});

afterAll(async () => {
  await service.stop();
  await counted.close();
  await server.close();
});

async function startPending() {
  const started = await service.startAndReceive();
  await untilPending(service, started.id);
  return { ...started, workflowId: partsOf(started.id).workflowId };
}

/**
 * Counts the events of a closed run, and the completed workflow tasks among them. The events of a task that the worker
 * did not complete in time, which happens on a slow machine, do not count.
 */
async function costOf(workflowId: string): Promise<{ events: number; workflowTasks: number }> {
  const handle = server.client.workflow.getHandle(workflowId);
  await handle.result();
  const events = (await handle.fetchHistory()).events ?? [];
  const workflowTasks = events.filter((event) => event.workflowTaskCompletedEventAttributes).length;
  const late = events.flatMap((event) => event.workflowTaskTimedOutEventAttributes ?? []);
  // Scheduled, timed out and, if a worker had received it, started.
  const lateEvents = late.map(({ startedEventId }) => (Number(startedEventId) > 0 ? 3 : 2));
  return { events: events.length - lateEvents.reduce((sum, count) => sum + count, 0), workflowTasks };
}

/** The calls that the service's client has made since then, by method. */
function callsSince(before: Record<string, number>): Record<string, number> {
  const changes = Object.entries(calls.all()).map(([method, count]): [string, number] => [
    method,
    count - (before[method] ?? 0),
  ]);
  return Object.fromEntries(changes.filter(([, count]) => count > 0));
}

/** The sizes of the payloads' data in a closed run, by the event that holds them. */
async function payloadBytes(workflowId: string): Promise<Record<string, number>> {
  const handle = server.client.workflow.getHandle(workflowId);
  await handle.result();
  const sizes: Record<string, number> = {};
  for (const { eventType, ...event } of (await handle.fetchHistory()).events ?? []) {
    const size = dataBytes(event);
    if (size > 0) sizes[temporal.api.enums.v1.EventType[eventType ?? 0] ?? ''] = size;
  }
  return sizes;
}

/** The sum of the sizes of all `data` in a part of an event. */
function dataBytes(part: unknown): number {
  if (typeof part !== 'object' || part === null) return 0;
  return Object.entries(part)
    .map(([key, value]) => (key === 'data' && value instanceof Uint8Array ? value.length : dataBytes(value)))
    .reduce((sum, size) => sum + size, 0);
}

describe('a verification costs', () => {
  test('19 events and 3 workflow tasks if the first code is right and is sent as an Update', async () => {
    const { id, code, workflowId } = await startPending();
    await service.verifications.check(id, code, by);
    expect(await costOf(workflowId)).toEqual({ events: 19, workflowTasks: 3 });
  });

  test('18 events and 3 workflow tasks if the first code is right and is sent as a Signal', async () => {
    const { id, code, workflowId } = await startPending();
    await service.verifications.submit(id, code);
    expect(await costOf(workflowId)).toEqual({ events: 18, workflowTasks: 3 });
  });

  test('5 more events and 1 more workflow task for each wrong code before it', async () => {
    const { id, code, wrongCode, workflowId } = await startPending();
    await service.verifications.check(id, wrongCode, by);
    await service.verifications.check(id, wrongCode, by);
    await service.verifications.check(id, code, by);
    expect(await costOf(workflowId)).toEqual({ events: 19 + 2 * 5, workflowTasks: 3 + 2 });
  });

  test('24 events and 4 workflow tasks if it is canceled in its first two seconds, after which its run closes', async () => {
    const { id, workflowId } = await startPending();
    await service.verifications.cancel(id);
    expect(await costOf(workflowId)).toEqual({ events: 24, workflowTasks: 4 });
  });

  test('one call to Temporal for its start and one for each code, if its number has no past', async () => {
    const before = calls.all();
    const { id, code, wrongCode } = await service.startAndReceive();
    await service.verifications.check(id, wrongCode, by);
    await service.verifications.check(id, code, by);
    expect(callsSince(before)).toEqual({ StartWorkflowExecution: 1, UpdateWorkflowExecution: 2 });
  });

  test('three more calls to Temporal if its number has a past, which is read first', async () => {
    const { id, code, phoneNumber, workflowId } = await startPending();
    await service.verifications.check(id, code, by);
    await server.client.workflow.getHandle(workflowId).result();
    const before = calls.all();
    await service.verifications.start(service.startRequest(phoneNumber));
    expect(callsSince(before)).toEqual({
      DescribeWorkflowExecution: 1,
      GetWorkflowExecutionHistory: 1,
      StartWorkflowExecution: 1,
    });
  });

  test('2,401 bytes in the payloads of its history, before encryption', async () => {
    const { id, code, workflowId } = await startPending();
    await service.verifications.check(id, code, by);
    expect(await payloadBytes(workflowId)).toEqual({
      EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: 822,
      EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: 220,
      EVENT_TYPE_ACTIVITY_TASK_COMPLETED: 92,
      EVENT_TYPE_TIMER_STARTED: 27,
      EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: 121,
      EVENT_TYPE_TIMER_CANCELED: 27,
      EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED: 539,
      EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: 11,
      EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: 542,
    });
  });

  test('nothing more for requests that its validators refuse', async () => {
    const { id, code, workflowId } = await startPending();
    for (let reads = 0; reads < 3; reads++) await service.verifications.get(id);
    await expect(service.verifications.resend(id)).rejects.toMatchObject({ code: 'resend_too_soon' });
    await service.verifications.check(id, code, by);
    expect(await costOf(workflowId)).toEqual({ events: 19, workflowTasks: 3 });
  });
});

test('a complete history contains neither the code nor any submitted code', async () => {
  // Eight digits, because four digits can be in a history by chance, as part of a time or an id.
  const longCodes = await startService({ ...server, policy: { codeLength: 8 } });
  const { id, code } = await longCodes.startAndReceive();
  const guesses = ['73915026', '82640317', '59173804'];
  for (const guess of guesses) await longCodes.verifications.check(id, guess, by);
  await longCodes.verifications.submit(id, code);
  await server.client.workflow.getHandle(partsOf(id).workflowId).result();
  const history = await readableHistory(server.client, partsOf(id).workflowId);
  await longCodes.stop();
  expect(history).toContain('\\"attemptsRemaining\\":0');
  for (const secret of [code, ...guesses]) expect(history).not.toContain(secret);
});

test('the Web UI shows a verification and its state without the number and the code', async () => {
  const { id, phoneNumber, code, wrongCode, workflowId } = await startPending();
  await service.verifications.check(id, wrongCode, by);
  const handle = server.client.workflow.getHandle(workflowId);
  const description = await handle.describe();
  expect(await description.staticSummary()).toBe('Verify +1 425 ••• ••23');
  const { currentDetails } = (await handle.query('__temporal_workflow_metadata')) as {
    currentDetails: string;
  };
  const [message] = service.sandbox.inbox(phoneNumber);
  expect(currentDetails).toContain('**pending**, attempts left: 3');
  expect(currentDetails).toContain('Tenant default');
  expect(currentDetails).toMatch(/Window ends \d{4}-\d\d-\d\dT/);
  expect(currentDetails).toContain(`accepted`);
  expect(currentDetails).toContain(message?.sid);
  expect(currentDetails).toMatch(/1\. wrong code \d{4}-/);
  for (const secret of [phoneNumber, code]) expect(currentDetails).not.toContain(secret);
  const history = await readableHistory(server.client, workflowId);
  expect(history).toContain('Send the code');
  expect(history).toContain('The window of 90 s closes');
});
