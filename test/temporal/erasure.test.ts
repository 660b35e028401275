import type { Client } from '@temporalio/client';
import { createErasure } from '../../src/temporal/erasure';
import { fakeClocks } from '../support/fake-clocks';

afterEach(() => jest.restoreAllMocks());

test('all runs count as deleted after none was seen for 2 s, also if the clock was set back', async () => {
  const clocks = fakeClocks();
  let searches = 0;
  const workflowService = {
    async listWorkflowExecutions() {
      searches += 1;
      if (searches === 1) clocks.setBackByAnHour();
      if (searches > 5) throw new Error('searches too long');
      clocks.advance(1_000);
      return { executions: [], nextPageToken: new Uint8Array() };
    },
    describeWorkflowExecution: async () => ({}),
  };
  const client = {
    workflowService,
    options: { namespace: 'default' },
    withDeadline: (_deadline: number, call: () => unknown) => call(),
  } as unknown as Client;

  const erased = await createErasure(client).eraseRuns(['workflow']);

  expect(erased).toEqual([{ deleted: 0, open: 0 }]);
  expect(searches).toBe(3);
});
