import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type PayloadCodec } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { createVerificationSearch } from '../../src/gateway/create-verification-search';
import { storedMemo } from '../../src/gateway/stored-data';
import type { RunStates } from '../../src/gateway/run-states';
import type { WorkflowCalls } from '../../src/gateway/workflow-calls';
import { DEFAULT_POLICY, testDigests } from '../support/service';

const RUNS = 20;
const memo = {
  tenantId: 'shop',
  nonce: 'nonce',
  phoneNumber: '+14255550123',
  createdAt: '2026-11-23T10:00:00.000Z',
  policy: DEFAULT_POLICY,
  ledger: { unsuccessful: 0, failedCodes: 0, lastUnsuccessfulAt: null, messages: [] },
};

/** A search in a list of runs. `onDecode` is called for each of them. */
function searchIn(onDecode: () => void) {
  const fields = Object.fromEntries(
    Object.entries(storedMemo(memo)).map(([name, value]) => [name, defaultPayloadConverter.toPayload(value)]),
  );
  const executions = Array.from({ length: RUNS }, (_, index) => ({
    execution: { workflowId: 'phone-verification:00', runId: `run-${index}` },
    memo: { fields },
  }));
  const countingCodec: PayloadCodec = {
    encode: async (payloads) => payloads,
    async decode(payloads) {
      onDecode();
      return payloads;
    },
  };
  const loadedDataConverter = loadDataConverter({ payloadCodecs: [countingCodec] });
  const workflowService = {
    listWorkflowExecutions: async () => ({ executions, nextPageToken: new Uint8Array() }),
  };
  const client = { workflowService, options: { namespace: 'default', loadedDataConverter } };
  const calls = { call: (fn: () => Promise<unknown>) => fn() };
  return createVerificationSearch(
    client as unknown as Client,
    testDigests,
    calls as WorkflowCalls,
    {} as RunStates,
  );
}

test('other work gets its turn between two runs of a page', async () => {
  const turns: number[] = [];
  let turn = 0;
  const search = searchIn(() => {
    turns.push(turn);
    setImmediate(() => (turn += 1));
  });
  const { verifications } = await search.page({ tenantIds: ['shop'] }, { max: 100, cursor: undefined });
  expect(verifications).toHaveLength(RUNS);
  expect(new Set(turns).size).toBe(RUNS);
});
