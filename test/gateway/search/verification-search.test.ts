import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type PayloadCodec } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { createVerificationSearch } from '../../../src/gateway/search/create-verification-search';
import { storedMemo } from '../../../src/gateway/stored-data';
import type { RunStates } from '../../../src/gateway/state/run-states';
import type { WorkflowCalls } from '../../../src/gateway/workflow-calls';
import { DEFAULT_POLICY, testDigests } from '../../support/service';

const RUNS = 20;
const memo = {
  tenantId: 'shop',
  nonce: 'nonce',
  phoneNumber: '+14255550123',
  createdAt: '2026-11-23T10:00:00.000Z',
  policy: DEFAULT_POLICY,
  ledger: { unsuccessful: 0, failedCodes: 0, lastUnsuccessfulAt: null, messages: [] },
};

interface FakeRuns {
  readonly onDecode?: () => void;
  /** The search attribute of each run. */
  readonly textsSent?: number;
  /** The answer to each count. */
  readonly count?: () => number;
}

/** A search in a list of runs. `onDecode` is called for each of them. */
function searchIn({ onDecode = () => {}, textsSent, count = () => RUNS }: FakeRuns) {
  const fields = Object.fromEntries(
    Object.entries(storedMemo(memo)).map(([name, value]) => [name, defaultPayloadConverter.toPayload(value)]),
  );
  const executions = Array.from({ length: RUNS }, (_, index) => ({
    execution: { workflowId: 'phone-verification:00', runId: `run-${index}` },
    memo: { fields },
    ...(textsSent !== undefined && { searchAttributes: { indexedFields: attributes(textsSent) } }),
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
    countWorkflowExecutions: async () => ({ count: count() }),
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

/** Search attributes of a verified run. */
const attributes = (textsSent: number) => ({
  VerificationStatus: defaultPayloadConverter.toPayload('verified'),
  TextsSent: defaultPayloadConverter.toPayload(textsSent),
});

test('other work gets its turn between two runs of a page', async () => {
  const turns: number[] = [];
  let turn = 0;
  const search = searchIn({
    onDecode() {
      turns.push(turn);
      setImmediate(() => (turn += 1));
    },
  });
  const { verifications } = await search.page({ tenantIds: ['shop'] }, { max: 100, cursor: undefined });
  expect(verifications).toHaveLength(RUNS);
  expect(new Set(turns).size).toBe(RUNS);
});

// Whoever can start workflows in the namespace chooses their search attributes.
describe('a run of somebody else that claims any number of messages', () => {
  test.each([-1, 1.5, 12, 100_000_000, 1e15])('%d: is listed with one message', async (textsSent) => {
    const search = searchIn({ textsSent });
    const { verifications } = await search.page({ tenantIds: ['shop'] }, { max: 100, cursor: undefined });
    expect(verifications.map(({ messageCount }) => messageCount)).toEqual(Array(RUNS).fill(1));
  });

  test('can’t keep the summary counting: a verification has at most 11 messages', async () => {
    let counts = 0;
    const search = searchIn({
      count() {
        counts += 1;
        if (counts > 100) throw new Error('It never ends');
        return 1;
      },
    });
    expect(await search.count({ tenantIds: ['shop'] })).toEqual({ messages: 11, verified: 1 });
  });
});

test('a verification with 11 messages is listed with all of them', async () => {
  const search = searchIn({ textsSent: 11 });
  const { verifications } = await search.page({ tenantIds: ['shop'] }, { max: 100, cursor: undefined });
  expect(verifications[0]?.messageCount).toBe(11);
});
