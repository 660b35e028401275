import { emptyLedger } from '../../src/domain/ledger';
import { assumedResult } from '../../src/gateway/stored-data';
import { DEFAULT_POLICY } from '../support/service';

test('a run without a result counts as a message and as wrong codes only, so that nobody gains from its loss', () => {
  const createdAt = '2026-11-28T12:00:00.000Z';
  const policy = { ...DEFAULT_POLICY, numberLimit: { max: 2, periodMs: 3_600_000 } };
  const memo = { tenantId: 'default', nonce: 'n', phoneNumber: '+14255550123', createdAt, policy };

  const result = assumedResult(
    { ...memo, ledger: emptyLedger },
    'canceled',
    new Date('2026-11-28T12:01:00.000Z'),
  );

  expect(result).toMatchObject({
    status: 'canceled',
    attemptsRemaining: 0,
    ledger: { unsuccessful: 1, failedCodes: policy.maxAttempts, messages: [Date.parse(createdAt)] },
  });
});
