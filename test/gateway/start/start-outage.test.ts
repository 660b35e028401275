import { status } from '@grpc/grpc-js';
import { ServiceError } from '@temporalio/client';
import { createStart } from '../../../src/gateway/start/start';
import type { RunStates } from '../../../src/gateway/state/run-states';
import { unavailable, type WorkflowCalls } from '../../../src/gateway/workflow-calls';
import { startRequest, uniquePhoneNumber } from '../../support/service';
import { startDependencies } from '../../support/start-dependencies';

// Budgets during an outage of Temporal. A start whose outcome is unknown keeps its place in them.

/** Starts of new numbers. While Temporal is down, it answers no call, or as `code` says. */
function startWith(temporal: { isDown: boolean }, code = status.UNAVAILABLE) {
  let reserved = 0;
  const startRun = async (): Promise<string> => {
    if (!temporal.isDown) return 'run';
    const cause = Object.assign(new Error(), { code, details: '', metadata: {} });
    throw new ServiceError('Temporal did not start the run', { cause });
  };
  const describeLatest = async () => {
    if (temporal.isDown) throw unavailable('temporal_unavailable');
    return undefined;
  };
  const start = createStart(
    startDependencies(startRun),
    { describeLatest } as unknown as WorkflowCalls,
    {} as RunStates,
  );
  const reserveMessage = async () => {
    reserved += 1;
    return { cancel: async () => void (reserved -= 1) };
  };
  return {
    start: () => start({ ...startRequest(uniquePhoneNumber()), reserveMessage }),
    reserved: () => reserved,
  };
}

test('an outage does not use up the budgets: only the start that notices it counts', async () => {
  const temporal = { isDown: true };
  const { start, reserved } = startWith(temporal);

  for (let i = 0; i < 5; i++) await expect(start()).rejects.toMatchObject({ code: 'temporal_unavailable' });
  expect(reserved()).toBe(1);

  temporal.isDown = false;
  for (let i = 0; i < 3; i++) expect((await start()).outcome).toBe('started');
  expect(reserved()).toBe(4);
});

test.each(['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'UNAUTHENTICATED'] as const)(
  'a start that Temporal refuses with %s uses nothing of the budgets: it has certainly not begun',
  async (name) => {
    const { start, reserved } = startWith({ isDown: true }, status[name]);

    for (let i = 0; i < 3; i++) await expect(start()).rejects.toMatchObject({ code: 'temporal_unavailable' });
    expect(reserved()).toBe(0);
  },
);
