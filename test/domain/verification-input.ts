import type { Ledger, Policy, VerificationInput } from '../../src/domain/types';

/** The right code's tag is `right-tag`. */
export function inputWith(policy: Policy, ledger: Ledger): VerificationInput {
  return {
    tenantId: 'default',
    channel: 'sms',
    phoneNumber: '+14255550123',
    nonce: 'nonce',
    keyId: 'k1',
    tag: 'right-tag',
    policy,
    ledger,
    createdAt: '2026-11-23T10:00:00.000Z',
  };
}
