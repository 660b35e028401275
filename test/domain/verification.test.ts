import { emptyLedger } from '../../src/domain/ledger';
import type { Policy } from '../../src/domain/types';
import type { SendOutcome } from '../../src/domain/types';
import { Verification } from '../../src/domain/verification';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const POLICY: Policy = {
  codeLength: 4,
  windowMs: 90_000,
  maxAttempts: 4,
  resendIntervalMs: 30_000,
  maxResends: 2,
  numberLimit: null,
};

const RIGHT = ['right-tag'];
const WRONG = ['wrong-tag'];
const accepted = (acceptedAt: number): SendOutcome => ({ outcome: 'accepted', sid: 'SM1', acceptedAt });
const failed: SendOutcome = { outcome: 'failed', error: { code: '21211', message: 'Not a number.' } };

function create(policy: Partial<Policy> = {}): Verification {
  return new Verification(
    {
      tenantId: 'default',
      channel: 'sms',
      phoneNumber: '+14255550123',
      nonce: 'nonce',
      keyId: 'k1',
      tag: 'right-tag',
      policy: { ...POLICY, ...policy },
      ledger: emptyLedger,
      createdAt: '2026-11-23T10:00:00.000Z',
    },
    START,
  );
}

/** Texted at once, so that the window ends at START + 90 s. */
function createPending(policy: Partial<Policy> = {}): Verification {
  const verification = create(policy);
  verification.messageRequested(START);
  verification.messageSettled(accepted(START), START);
  return verification;
}

describe('the window', () => {
  test('opens when the provider accepted the text', () => {
    const verification = create();
    expect(verification.view()).toMatchObject({ status: 'sending', expiresAt: null, attemptsRemaining: 4 });
    verification.messageRequested(START);
    verification.messageSettled(accepted(START + 400), START + 500);
    expect(verification.view()).toMatchObject({ status: 'pending', expiresAt: '2026-11-23T10:01:30.400Z' });
  });

  test.each([
    ['before the text was asked for', START - 5_000, START + 1_000],
    ['after the answer came', START + 5_000, START + 2_000],
  ])('does not open %s, whatever the worker’s clock says', (_case, acceptedAt, opensAt) => {
    const verification = create();
    verification.messageRequested(START + 1_000);
    verification.messageSettled(accepted(acceptedAt), START + 2_000);
    expect(verification.expiresAt).toBe(opensAt + 90_000);
  });

  test('a right code counts just before its end and not at its end', () => {
    expect(createPending().submit(4, RIGHT, START + 89_999)).toBe(true);
    const late = createPending();
    expect(late.submit(4, RIGHT, START + 90_000)).toBe(false);
    expect(late.endedRefusal(START + 90_000)).toEqual({
      code: 'verification_ended',
      verificationStatus: 'expired',
    });
  });

  test('closing it expires what was not decided, as of its end', () => {
    const verification = createPending();
    verification.close();
    expect(verification.view()).toMatchObject({ status: 'expired', endedAt: '2026-11-23T10:01:30.000Z' });
  });

  test('closing it leaves the first final status alone', () => {
    const verification = createPending();
    verification.submit(4, RIGHT, START + 1_000);
    verification.close();
    verification.cancel(START + 2_000);
    expect(verification.view()).toMatchObject({ status: 'verified', endedAt: '2026-11-23T10:00:01.000Z' });
  });
});

test('what comes after the window, but before its timer, changes nothing: it has expired', () => {
  const verification = createPending();
  verification.cancel(START + 90_000);
  verification.deliveryReported(
    { sid: 'SM1', failure: { code: '30003', message: 'Unreachable.' } },
    START + 90_001,
  );
  verification.close();
  expect(verification.view()).toMatchObject({ status: 'expired', error: null });
});

describe('attempts', () => {
  test('the right code at the fourth attempt verifies', () => {
    const verification = createPending();
    for (let attempt = 1; attempt <= 3; attempt++)
      expect(verification.submit(4, WRONG, START + attempt)).toBe(false);
    expect(verification.view()).toMatchObject({ status: 'pending', attemptsRemaining: 1 });
    expect(verification.submit(4, RIGHT, START + 4)).toBe(true);
    expect(verification.view()).toMatchObject({ status: 'verified', attemptsRemaining: 0 });
  });

  test('a fourth wrong code ends the verification, and a fifth changes nothing', () => {
    const verification = createPending();
    for (let attempt = 1; attempt <= 4; attempt++) verification.submit(4, WRONG, START + attempt);
    expect(verification.status).toBe('max_attempts_reached');
    expect(verification.submit(4, RIGHT, START + 5)).toBe(false);
    expect(verification.attempts).toHaveLength(4);
  });

  test('any of the tags may match, while keys rotate', () => {
    expect(createPending().submit(4, ['new-key-tag', 'right-tag'], START + 1)).toBe(true);
  });

  test('a code counts while the text is still being sent, and the text’s answer changes nothing then', () => {
    const verification = create();
    verification.messageRequested(START);
    expect(verification.submit(4, RIGHT, START + 10)).toBe(true);
    verification.messageSettled(failed, START + 20);
    expect(verification.view()).toMatchObject({ status: 'verified', error: null });
  });
});

describe('a text that fails', () => {
  test('ends the verification as undeliverable if it was the first', () => {
    const verification = create();
    verification.messageRequested(START);
    verification.messageSettled(failed, START + 20);
    expect(verification.view()).toMatchObject({
      status: 'undeliverable',
      error: { code: '21211', message: 'Not a number.' },
      endedAt: '2026-11-23T10:00:00.020Z',
    });
  });

  test('ends nothing if it was a resend', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(failed, START + 30_020);
    expect(verification.view()).toMatchObject({ status: 'pending', error: null });
  });
});

describe('a report from the provider', () => {
  const lost = { code: '30003', message: 'Unreachable.' };

  test('that the text is lost ends the verification with the carrier’s code', () => {
    const verification = createPending();
    verification.deliveryReported({ sid: 'SM1', failure: lost }, START + 5_000);
    expect(verification.view()).toMatchObject({ status: 'undeliverable', error: lost });
  });

  test('of a text that nobody knows settles the one in flight', () => {
    const verification = create();
    verification.messageRequested(START);
    verification.deliveryReported({ sid: 'SM7', failure: null }, START + 3_000);
    expect(verification.view()).toMatchObject({ status: 'pending', expiresAt: '2026-11-23T10:01:33.000Z' });
    verification.messageSettled(failed, START + 4_000);
    expect(verification.status).toBe('pending');
  });

  test('that one of two texts is lost ends nothing, that both are does', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(
      { outcome: 'accepted', sid: 'SM2', acceptedAt: START + 30_100 },
      START + 30_200,
    );
    verification.deliveryReported({ sid: 'SM1', failure: lost }, START + 31_000);
    verification.deliveryReported({ sid: 'SM1', failure: lost }, START + 31_001);
    expect(verification.status).toBe('pending');
    verification.deliveryReported({ sid: 'SM2', failure: lost }, START + 32_000);
    expect(verification.status).toBe('undeliverable');
  });

  test.each([
    ['for a stranger', { sid: 'SM9', failure: lost }],
    ['that it arrived', { sid: 'SM1', failure: null }],
  ])('%s changes nothing', (_case, report) => {
    const verification = createPending();
    verification.deliveryReported(report, START + 5_000);
    expect(verification.view()).toMatchObject({ status: 'pending', error: null });
  });

  test('after the end changes nothing', () => {
    const verification = createPending();
    verification.submit(4, RIGHT, START + 1);
    verification.deliveryReported({ sid: 'SM1', failure: lost }, START + 5_000);
    expect(verification.view()).toMatchObject({ status: 'verified', error: null });
  });
});

describe('a resend', () => {
  test('keeps the window', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(accepted(START + 30_100), START + 30_200);
    expect(verification.expiresAt).toBe(START + 90_000);
  });

  test('is too soon while a text is in flight', () => {
    const verification = create();
    verification.messageRequested(START);
    expect(verification.resendRefusal(START + 1)).toEqual({ code: 'resend_too_soon', retryAfterSeconds: 30 });
  });

  test('is too soon until the interval has passed, and says how long to wait', () => {
    const verification = createPending();
    expect(verification.resendRefusal(START + 10_500)).toEqual({
      code: 'resend_too_soon',
      retryAfterSeconds: 20,
    });
    expect(verification.resendRefusal(START + 30_000)).toBeUndefined();
  });

  test('is refused when all are used up', () => {
    const verification = createPending({ resendIntervalMs: 0, maxResends: 1 });
    verification.messageRequested(START + 1);
    verification.messageSettled(failed, START + 2);
    expect(verification.resendRefusal(START + 3)).toEqual({ code: 'resend_limit_reached' });
  });

  test('is refused with less than 15 s of the window left', () => {
    const verification = createPending();
    expect(verification.resendRefusal(START + 75_000)).toBeUndefined();
    expect(verification.resendRefusal(START + 75_001)).toEqual({ code: 'resend_limit_reached' });
  });

  test('is refused in a window shorter than the interval', () => {
    expect(createPending({ windowMs: 20_000 }).resendRefusal(START)).toEqual({
      code: 'resend_limit_reached',
    });
  });

  test('is refused after the end', () => {
    const verification = createPending();
    verification.cancel(START + 1);
    expect(verification.resendRefusal(START + 40_000)).toEqual({
      code: 'verification_ended',
      verificationStatus: 'canceled',
    });
  });
});

describe('the first worker', () => {
  test('may come 30 s late', () => {
    const verification = create();
    verification.failIfTooLate(START + 30_000);
    expect(verification.status).toBe('sending');
  });

  test('ends the verification when it comes later', () => {
    const verification = create();
    verification.failIfTooLate(START + 30_001);
    expect(verification.view()).toMatchObject({
      status: 'undeliverable',
      error: { code: 'worker_unavailable' },
    });
  });
});

describe('a code with another number of digits', () => {
  test.each([3, 5, 6])('%i digits are not judged and cost nothing', (digits) => {
    const verification = createPending();
    expect(verification.submitRefusal(digits, START)).toEqual({ code: 'invalid_code', codeLength: 4 });
    expect(verification.submit(digits, RIGHT, START)).toBe(false);
    expect(verification.view()).toMatchObject({ status: 'pending', attemptsRemaining: 4 });
  });

  test('that the verification has ended comes first', () => {
    expect(createPending().submitRefusal(5, START + 90_000)).toMatchObject({ code: 'verification_ended' });
  });
});

test('a resend beyond the limit on messages to the number is refused until there is room', () => {
  const verification = createPending({ numberLimit: { max: 1, periodMs: 60_000 } });
  expect(verification.resendRefusal(START + 30_000)).toEqual({
    code: 'rate_limited',
    limit: 'number',
    retryAfterSeconds: 30,
  });
  expect(verification.resendRefusal(START + 60_000)).toBeUndefined();
});
