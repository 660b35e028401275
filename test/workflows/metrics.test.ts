import { emptyLedger } from '../../src/domain/ledger';
import type { SendOutcome, VerificationInput } from '../../src/domain/types';
import { Verification } from '../../src/domain/verification';
import { createMetrics, type Measurement } from '../../src/workflows/metrics';
import { DEFAULT_POLICY } from '../support/service';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const accepted: SendOutcome = { outcome: 'accepted', sid: 'SM1', acceptedAt: START + 2_000 };

/** A verification whose message is in flight, and what was measured, one entry for each call of the sink. */
function measuredVerification(more: Partial<VerificationInput> = {}) {
  const calls: (readonly Measurement[])[] = [];
  const input: VerificationInput = {
    tenantId: 'shop',
    channel: 'sms',
    phoneNumber: '+14255550123',
    country: 'US',
    nonce: 'nonce',
    keyId: 'k1',
    tag: 'right-tag',
    policy: DEFAULT_POLICY,
    ledger: emptyLedger,
    createdAt: '2026-11-23T10:00:00.000Z',
    ...more,
  };
  const metrics = createMetrics(input, START, { record: (measurements) => void calls.push(measurements) });
  const verification = new Verification(input, START, (changed) => metrics.changed(changed));
  metrics.started(START + 500);
  verification.messageRequested(START + 500);
  return { verification, calls };
}

/** Without the labels that all have. */
const short = ({ metric, value, labels: { tenant: _tenant, country: _country, ...labels } }: Measurement) => [
  metric.replace('phone_verification_', ''),
  value,
  ...Object.values(labels),
];

test('each change is one call, with what is new', () => {
  const { verification, calls } = measuredVerification();
  verification.messageSettled(accepted, START + 2_000);
  verification.submit(4, ['wrong-tag'], START + 3_000);
  verification.submit(4, ['right-tag'], START + 4_000);

  expect(calls.map((measurements) => measurements.map(short))).toEqual([
    [
      ['first_task_delay_seconds', 0.5],
      ['started', 1],
    ],
    [
      ['messages', 1, 'accepted'],
      ['time_to_send_seconds', 2],
    ],
    [['attempts', 1, 'wrong']],
    [
      ['attempts', 1, 'right'],
      ['ended', 1, 'verified'],
      ['time_to_verify_seconds', 4],
    ],
  ]);
  expect(calls.flat().at(-1)?.labels).toEqual({ tenant: 'shop', country: 'US' });
});

test('a message that is settled after the end does not count the end again', () => {
  const { verification, calls } = measuredVerification();
  verification.submit(4, ['right-tag'], START + 1_000);
  verification.messageSettled(accepted, START + 2_000);

  const all = calls.flat().map(short);
  expect(all.filter(([metric]) => metric === 'ended')).toEqual([['ended', 1, 'verified']]);
  expect(all.slice(-2)).toEqual([
    ['messages', 1, 'accepted'],
    ['time_to_send_seconds', 2],
  ]);
});

test('an approved verification has no time to verify', () => {
  const { verification, calls } = measuredVerification();
  verification.approve(START + 1_000);

  expect(calls.flat().map(short).at(-1)).toEqual(['ended', 1, 'verified']);
});

test('a test number counts only the delay of the first task', () => {
  const { verification, calls } = measuredVerification({ testNumber: true });
  verification.submit(4, ['right-tag'], START + 1_000);

  expect(calls.flat().map(short)).toEqual([['first_task_delay_seconds', 0.5]]);
});
