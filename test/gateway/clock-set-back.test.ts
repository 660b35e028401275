import { ServiceError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { createStart } from '../../src/gateway/start/start';
import type { RunStates } from '../../src/gateway/state/run-states';
import { initialState } from '../../src/gateway/stored-data';
import type { WorkflowCalls } from '../../src/gateway/workflow-calls';
import { describedRun, RUN_MEMO } from '../support/described-run';
import { fakeClocks, type FakeClocks } from '../support/fake-clocks';
import { startRequest } from '../support/service';
import { startDependencies } from '../support/start-dependencies';

// The system's clock is set back while a start is being handled.

const REQUEST = startRequest('+14255550123');
const MEMO = { ...RUN_MEMO, phoneNumber: REQUEST.phoneNumber, createdAt: '2026-01-01T00:00:00.000Z' };
/** An open run. */
const RUN = describedRun(MEMO);
const ENDED = { ...initialState(MEMO), status: 'canceled', endedAt: MEMO.createdAt };

const DEADLINE_EXCEEDED = 4;
const notInTime = () => {
  const cause = Object.assign(new Error(), { code: DEADLINE_EXCEEDED, details: '', metadata: {} });
  return new ServiceError('Temporal did not answer', { cause });
};

let clocks: FakeClocks;
beforeEach(() => {
  clocks = fakeClocks();
});
afterEach(() => jest.restoreAllMocks());

interface FakeTemporal {
  readonly describeLatest: WorkflowCalls['describeLatest'];
  readonly waitForEnd?: RunStates['waitForEnd'];
  /** Starts a run, or throws. The number has had a run: a first try never gets here. */
  readonly startRun?: (timeoutMs: number) => string;
}

function startWith({ describeLatest, waitForEnd, startRun = () => 'run' }: FakeTemporal) {
  let isFirst = true;
  const withDeadline = async (deadline: number): Promise<string> => {
    if (!isFirst) return startRun(deadline - Date.now());
    isFirst = false;
    throw new WorkflowExecutionAlreadyStartedError('', '', '');
  };
  const states = { readWithin: async () => ENDED, mayWait: () => true, waitForEnd };
  const start = createStart(
    startDependencies(withDeadline),
    { describeLatest } as WorkflowCalls,
    states as unknown as RunStates,
  );
  return () => start(REQUEST);
}

test('a run must start within a second after its ledger was read', async () => {
  const timeouts: number[] = [];
  const start = startWith({
    async describeLatest() {
      clocks.advance(300);
      clocks.setBackByAnHour();
      return undefined;
    },
    startRun: (timeoutMs) => {
      timeouts.push(timeoutMs);
      return 'run';
    },
  });

  expect((await start()).outcome).toBe('started');

  expect(timeouts).toEqual([700]);
});

test('a start that Temporal does not answer is given up after 5 s', async () => {
  let reads = 0;
  const start = startWith({
    async describeLatest() {
      clocks.advance(1_000);
      if (reads === 0) clocks.setBackByAnHour();
      reads += 1;
      // Ends the test if the start is not given up.
      return reads > 10 ? RUN : undefined;
    },
    startRun: () => {
      throw notInTime();
    },
  });

  await expect(start()).rejects.toMatchObject({ code: 'temporal_unavailable' });
  expect(reads).toBe(6);
});

test('a start waits at most 3 s for a run that is about to close', async () => {
  const waits: number[] = [];
  const start = startWith({
    describeLatest: async () => RUN,
    async waitForEnd(_id, waitMs) {
      waits.push(waitMs);
      clocks.advance(1_000);
      if (waits.length === 1) clocks.setBackByAnHour();
      // Ends the test if the start waits on.
      if (waits.length > 10) throw new Error('waits too long');
      return undefined;
    },
  });

  await expect(start()).rejects.toMatchObject({ code: 'verification_in_progress' });
  expect(waits).toEqual([3_000, 2_000, 1_000]);
});
