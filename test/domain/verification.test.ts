import { ownDeliveryErrors } from '../../src/domain/delivery-errors';
import { emptyLedger } from '../../src/domain/ledger';
import { MAX_LEDGER_AGE_MS } from '../../src/domain/policy';
import type { Policy, SendOutcome } from '../../src/domain/types';
import { Verification } from '../../src/domain/verification';
import { viewOf } from '../../src/domain/verification-view';
import { inputWith } from './verification-input';

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
const unknown: SendOutcome = { outcome: 'failed', error: ownDeliveryErrors.delivery_unknown };
const failed: SendOutcome = { outcome: 'failed', error: { code: '21211', message: 'Not a number.' } };

function create(policy: Partial<Policy> = {}): Verification {
  return new Verification(inputWith({ ...POLICY, ...policy }, emptyLedger), START);
}

/** The message is accepted at once, so the window ends at START + 90 s. */
function createPending(policy: Partial<Policy> = {}): Verification {
  const verification = create(policy);
  verification.messageRequested(START);
  verification.messageSettled(accepted(START), START);
  return verification;
}

describe('the window', () => {
  test('opens when the provider accepts the message', () => {
    const verification = create();
    expect(viewOf(verification)).toMatchObject({ status: 'sending', expiresAt: null, attemptsRemaining: 4 });
    verification.messageRequested(START);
    verification.messageSettled(accepted(START + 400), START + 500);
    expect(viewOf(verification)).toMatchObject({ status: 'pending', expiresAt: '2026-11-23T10:01:30.400Z' });
  });

  test.each([
    ['before the message was requested', START - 5_000, START + 1_000],
    ['after the provider’s answer arrived', START + 5_000, START + 2_000],
  ])('never opens %s, even if the worker’s clock is wrong', (_case, acceptedAt, opensAt) => {
    const verification = create();
    verification.messageRequested(START + 1_000);
    verification.messageSettled(accepted(acceptedAt), START + 2_000);
    expect(verification.expiresAt).toBe(opensAt + 90_000);
  });

  test('a right code is accepted just before its end and not at its end', () => {
    expect(createPending().submit(4, RIGHT, START + 89_999)).toBe(true);
    const late = createPending();
    expect(late.submit(4, RIGHT, START + 90_000)).toBe(false);
    expect(late.endedRefusal(START + 90_000)).toEqual({
      code: 'verification_ended',
      verificationStatus: 'expired',
    });
  });

  test('an open verification expires when the window closes', () => {
    const verification = createPending();
    verification.close();
    expect(viewOf(verification)).toMatchObject({ status: 'expired', endedAt: '2026-11-23T10:01:30.000Z' });
  });

  test('that closes after a late result of a resend does not set back when the verification last changed', () => {
    const verification = createPending();
    verification.messageRequested(START + 75_000);
    verification.messageSettled(failed, START + 90_001);
    verification.close();
    expect(viewOf(verification)).toMatchObject({
      endedAt: '2026-11-23T10:01:30.000Z',
      updatedAt: '2026-11-23T10:01:30.001Z',
    });
  });

  test('a final status does not change when the window closes', () => {
    const verification = createPending();
    verification.submit(4, RIGHT, START + 1_000);
    verification.close();
    verification.cancel(START + 2_000);
    expect(viewOf(verification)).toMatchObject({ status: 'verified', endedAt: '2026-11-23T10:00:01.000Z' });
  });
});

test('after the window, but before its timer fires, nothing changes the expired verification', () => {
  const verification = createPending();
  verification.cancel(START + 90_000);
  verification.deliveryReported(
    { sid: 'SM1', failure: { code: '30003', message: 'Unreachable.' } },
    START + 90_001,
  );
  verification.close();
  expect(viewOf(verification)).toMatchObject({ status: 'expired', error: null });
});

describe('attempts', () => {
  test('the right code in the fourth attempt verifies the number', () => {
    const verification = createPending();
    for (let attempt = 1; attempt <= 3; attempt++)
      expect(verification.submit(4, WRONG, START + attempt)).toBe(false);
    expect(viewOf(verification)).toMatchObject({ status: 'pending', attemptsRemaining: 1 });
    expect(verification.submit(4, RIGHT, START + 4)).toBe(true);
    expect(viewOf(verification)).toMatchObject({ status: 'verified', attemptsRemaining: 0 });
  });

  test('a fourth wrong code ends the verification, and a fifth changes nothing', () => {
    const verification = createPending();
    for (let attempt = 1; attempt <= 4; attempt++) verification.submit(4, WRONG, START + attempt);
    expect(verification.status).toBe('max_attempts_reached');
    expect(verification.submit(4, RIGHT, START + 5)).toBe(false);
    expect(verification.attempts).toHaveLength(4);
  });

  test('during a key rotation, any of the tags may match', () => {
    expect(createPending().submit(4, ['new-key-tag', 'right-tag'], START + 1)).toBe(true);
  });

  test('a code is judged while the message is still being sent; the later send result changes nothing', () => {
    const verification = create();
    verification.messageRequested(START);
    expect(verification.submit(4, RIGHT, START + 10)).toBe(true);
    verification.messageSettled(failed, START + 20);
    expect(viewOf(verification)).toMatchObject({ status: 'verified', error: null });
  });
});

describe('a message that fails', () => {
  test('ends the verification as undeliverable if it was the first message', () => {
    const verification = create();
    verification.messageRequested(START);
    verification.messageSettled(failed, START + 20);
    expect(viewOf(verification)).toMatchObject({
      status: 'undeliverable',
      error: { code: '21211', message: 'Not a number.' },
      endedAt: '2026-11-23T10:00:00.020Z',
    });
  });

  test('does not end the verification if it was a resend', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(failed, START + 30_020);
    expect(viewOf(verification)).toMatchObject({ status: 'pending', error: null });
  });
});

describe('a delivery report', () => {
  const lost = { code: '30003', message: 'Unreachable.' };

  test('of a lost message ends the verification with the carrier’s error code', () => {
    const verification = createPending();
    verification.deliveryReported({ sid: 'SM1', failure: lost }, START + 5_000);
    expect(viewOf(verification)).toMatchObject({ status: 'undeliverable', error: lost });
  });

  test('with an unknown SID settles the message in flight', () => {
    const verification = create();
    verification.messageRequested(START);
    verification.deliveryReported({ sid: 'SM7', failure: null }, START + 3_000);
    expect(viewOf(verification)).toMatchObject({ status: 'pending', expiresAt: '2026-11-23T10:01:33.000Z' });
    verification.messageSettled(failed, START + 4_000);
    expect(verification.status).toBe('pending');
  });

  test('ends the verification only when both of two messages are lost', () => {
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

  test('of a lost message does not end the verification while one with an unknown outcome may arrive', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(unknown, START + 60_000);
    verification.deliveryReported({ sid: 'SM1', failure: lost, messageIndex: 0 }, START + 61_000);
    expect(verification.status).toBe('pending');
    expect(verification.submit(4, RIGHT, START + 62_000)).toBe(true);
  });

  test('of an earlier message with an unknown outcome says that it was accepted, and settles no other', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(unknown, START + 60_000);
    verification.messageRequested(START + 60_000);
    verification.deliveryReported({ sid: 'SM1', failure: lost, messageIndex: 0 }, START + 61_000);
    verification.deliveryReported({ sid: 'SM2', failure: lost, messageIndex: 1 }, START + 61_000);
    expect(verification.messages.acceptedSids).toEqual(['SM1', 'SM2']);
    expect(verification.updatedAt).toBe(START + 61_000);
    expect(verification.messages.inFlight?.requestedAt).toBe(START + 60_000);
    verification.deliveryReported({ sid: 'SM3', failure: lost, messageIndex: 2 }, START + 62_000);
    expect(verification.status).toBe('undeliverable');
  });

  test('of a second message that nobody expected changes nothing', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    for (const messageIndex of [0, 7, -1, 0.5])
      verification.deliveryReported({ sid: 'SM9', failure: lost, messageIndex }, START + 31_000);
    expect(verification.messages.acceptedSids).toEqual(['SM1']);
    expect(verification.messages.inFlight?.requestedAt).toBe(START + 30_000);
  });

  test('without an index decides as earlier versions did, whose histories are replayed', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(unknown, START + 60_000);
    verification.deliveryReported({ sid: 'SM1', failure: lost }, START + 61_000);
    expect(verification.status).toBe('undeliverable');
  });

  test.each([
    ['about an unrelated message', { sid: 'SM9', failure: lost }],
    ['of a message that arrived', { sid: 'SM1', failure: null }],
  ])('%s changes nothing', (_case, report) => {
    const verification = createPending();
    verification.deliveryReported(report, START + 5_000);
    expect(viewOf(verification)).toMatchObject({ status: 'pending', error: null });
  });

  test('after the end changes nothing', () => {
    const verification = createPending();
    verification.submit(4, RIGHT, START + 1);
    verification.deliveryReported({ sid: 'SM1', failure: lost }, START + 5_000);
    expect(viewOf(verification)).toMatchObject({ status: 'verified', error: null });
  });
});

describe('a resend', () => {
  test('does not change the window', () => {
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    verification.messageSettled(accepted(START + 30_100), START + 30_200);
    expect(verification.expiresAt).toBe(START + 90_000);
  });

  test('is too soon while a message is in flight', () => {
    const verification = create();
    verification.messageRequested(START);
    expect(verification.resendRefusal(START + 1)).toEqual({ code: 'resend_too_soon', retryAfterSeconds: 30 });
  });

  test('is too soon until the interval has passed; the refusal has the time to wait', () => {
    const verification = createPending();
    expect(verification.resendRefusal(START + 10_500)).toEqual({
      code: 'resend_too_soon',
      retryAfterSeconds: 20,
    });
    expect(verification.resendRefusal(START + 30_000)).toBeUndefined();
  });

  test('is refused after the last allowed resend', () => {
    const verification = createPending({ resendIntervalMs: 0, maxResends: 1 });
    verification.messageRequested(START + 1);
    verification.messageSettled(failed, START + 2);
    expect(verification.resendRefusal(START + 3)).toEqual({ code: 'resend_limit_reached' });
  });

  test('is refused with less than 15 s of the window left; the refusal has the time until its end', () => {
    const verification = createPending();
    expect(verification.resendRefusal(START + 75_000)).toBeUndefined();
    for (const [ms, windowEndsInSeconds] of [
      [75_001, 15],
      [80_000, 10],
      [89_999, 1],
    ] as const)
      expect(verification.resendRefusal(START + ms)).toEqual({
        code: 'resend_limit_reached',
        windowEndsInSeconds,
      });
    expect(createPending({ maxResends: 0 }).resendRefusal(START + 80_000)).toEqual({
      code: 'resend_limit_reached',
    });
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

describe('the run of a verification that has ended', () => {
  test('stays open until two seconds after its start, longer than a start may use a ledger', () => {
    const canceled = createPending();
    canceled.cancel(START + 500);
    expect([500, 1_999, 2_000, 60_000].map((ms) => canceled.stayOpenMs(START + ms))).toEqual([
      1_500, 1, 0, 0,
    ]);
    expect(canceled.stayOpenMs(START)).toBeGreaterThan(MAX_LEDGER_AGE_MS);
  });

  test('closes at once if the number is verified', () => {
    const verified = createPending();
    verified.submit(4, RIGHT, START + 500);
    expect(verified.stayOpenMs(START + 500)).toBe(0);
  });
});

describe('a first worker', () => {
  test('that starts within 30 s may send the message', () => {
    const verification = create();
    verification.failIfTooLate(START + 30_000);
    expect(verification.status).toBe('sending');
  });

  test('that starts later ends the verification', () => {
    const verification = create();
    verification.failIfTooLate(START + 30_001);
    expect(viewOf(verification)).toMatchObject({
      status: 'undeliverable',
      error: { code: 'worker_unavailable' },
    });
  });
});

describe('a code with the wrong number of digits', () => {
  test.each([3, 5, 6])('a code of %i digits costs no attempt', (digits) => {
    const verification = createPending();
    expect(verification.submitRefusal(digits, START)).toEqual({ code: 'invalid_code', codeLength: 4 });
    expect(verification.submit(digits, RIGHT, START)).toBe(false);
    expect(viewOf(verification)).toMatchObject({ status: 'pending', attemptsRemaining: 4 });
  });

  test('gets the refusal verification_ended after the end', () => {
    expect(createPending().submitRefusal(5, START + 90_000)).toMatchObject({ code: 'verification_ended' });
  });
});

describe('the time of the next resend', () => {
  const nextResendAt = (verification: Verification) => viewOf(verification).nextResendAt;

  test('comes when the interval after the last message ends', () => {
    const verification = createPending();
    expect(nextResendAt(verification)).toBe('2026-11-23T10:00:30.000Z');
    expect(verification.resendRefusal(START + 30_000)).toBeUndefined();
  });

  test('is not known while a message is in flight', () => {
    expect(nextResendAt(create())).toBeNull();
    const verification = createPending();
    verification.messageRequested(START + 30_000);
    expect(nextResendAt(verification)).toBeNull();
  });

  test('does not come after the last allowed resend, after the end, or with too little time left', () => {
    expect(nextResendAt(createPending({ maxResends: 0 }))).toBeNull();
    expect(nextResendAt(createPending({ windowMs: 44_999 }))).toBeNull();
    expect(nextResendAt(createPending({ windowMs: 45_000 }))).not.toBeNull();
    const canceled = createPending();
    canceled.cancel(START + 1);
    expect(nextResendAt(canceled)).toBeNull();
  });
});

test('a message that may have been sent counts for the limit of the number, and one that was not does not', () => {
  const numberLimit = { max: 5, periodMs: 3_600_000 };
  const sentOnce = createPending({ numberLimit });
  for (const nothingSent of [true, false]) {
    sentOnce.messageRequested(START + 30_000);
    sentOnce.messageSettled({ ...unknown, nothingSent }, START + 60_000);
  }
  expect(sentOnce.messages.possiblySentAt).toEqual([START, START + 30_000]);
});

test('a resend beyond the limit of messages to the number is refused until the limit allows it', () => {
  const verification = createPending({ numberLimit: { max: 1, periodMs: 60_000 } });
  expect(verification.resendRefusal(START + 30_000)).toEqual({
    code: 'rate_limited',
    limit: 'number',
    retryAfterSeconds: 30,
  });
  expect(verification.resendRefusal(START + 60_000)).toBeUndefined();
});
