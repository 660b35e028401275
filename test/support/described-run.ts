import { emptyLedger } from '../../src/domain/ledger';
import { storedMemo, type VerificationMemo } from '../../src/gateway/stored-data';
import type { Run } from '../../src/gateway/workflow-calls';
import { DEFAULT_POLICY } from './service';

/** The memo of a number's run. */
export const RUN_MEMO: VerificationMemo = {
  tenantId: 'default',
  nonce: 'nonce',
  phoneNumber: '+14255550123',
  createdAt: new Date().toISOString(),
  policy: DEFAULT_POLICY,
  ledger: emptyLedger,
};

const STATUS_CODES = { RUNNING: 1, COMPLETED: 2 };

/** A number's run, as Temporal describes it. Its first workflow task is complete. */
export function describedRun(memo = RUN_MEMO, status: keyof typeof STATUS_CODES = 'RUNNING'): Run {
  return {
    workflowId: 'phone-verification:00',
    runId: 'run',
    status: { code: STATUS_CODES[status], name: status },
    memo: storedMemo(memo),
    historyLength: 20,
    startTime: new Date(memo.createdAt),
  } as Partial<Run> as Run;
}
