import { attemptsUsedUpRefusal } from '../../src/domain/policy';
import { finalStatuses, type VerificationView } from '../../src/domain/types';

const T0 = Date.parse('2026-11-23T10:00:00.000Z');
const at = (ms: number) => new Date(T0 + ms).toISOString();

const usedUp: VerificationView = {
  phoneNumber: '+14255550123',
  status: 'max_attempts_reached',
  attemptsRemaining: 0,
  codeLength: 6,
  windowMs: 600_000,
  createdAt: at(0),
  expiresAt: at(601_000),
  endedAt: at(30_000),
  error: null,
  messagesAt: [at(0)],
  nextResendAt: null,
  updatedAt: at(30_000),
  cancelReason: null,
};
const refusalAt = (view: VerificationView, ms: number) => attemptsUsedUpRefusal(view, T0 + ms);

describe('a number whose attempts are used up', () => {
  test.each([
    [30_000, 571],
    [599_600, 2],
    [600_000, 1],
    [600_999, 1],
  ])('is refused after %i ms, for %i s more', (ms, retryAfterSeconds) => {
    expect(refusalAt(usedUp, ms)).toEqual({
      code: 'verification_ended',
      verificationStatus: 'max_attempts_reached',
      retryAfterSeconds,
    });
  });

  test('is free again when the window would have ended', () => {
    expect(refusalAt(usedUp, 601_000)).toBeUndefined();
  });

  test('before a window opened, is refused for a window from the end', () => {
    const view = { ...usedUp, expiresAt: null };
    expect(refusalAt(view, 629_000)).toMatchObject({ retryAfterSeconds: 1 });
    expect(refusalAt(view, 630_000)).toBeUndefined();
  });
});

test.each(finalStatuses.filter((status) => status !== 'max_attempts_reached'))(
  'a number whose last verification ended %s is not refused',
  (status) => {
    expect(refusalAt({ ...usedUp, status }, 30_000)).toBeUndefined();
  },
);

test('a number with an open verification is not refused', () => {
  expect(refusalAt({ ...usedUp, status: 'pending', endedAt: null }, 30_000)).toBeUndefined();
});
