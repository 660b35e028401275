import {
  cooldownRefusal,
  emptyLedger,
  ledgerAfter,
  numberLimitRefusal,
  type Outcome,
} from '../../src/domain/ledger';
import type { Ledger } from '../../src/domain/types';

const SCHEDULE = [0, 30, 60, 300, 900, 3600, 86_400];
const END = '2026-11-23T10:00:00.000Z';
const at = (seconds: number) => Date.parse(END) + seconds * 1000;
const LIMIT = { max: 3, periodMs: 3_600_000 };

const expired: Outcome = { status: 'expired', failedCodes: 0, messages: [at(-90)], endedAt: END };
const guessed: Outcome = {
  status: 'max_attempts_reached',
  failedCodes: 4,
  messages: [at(-90)],
  endedAt: END,
};

function after(outcome: Outcome, times: number): Ledger {
  return Array.from({ length: times }).reduce<Ledger>(
    (ledger) => ledgerAfter(ledger, outcome, LIMIT),
    emptyLedger,
  );
}

const waitAfter = (ledger: Ledger) => cooldownRefusal(ledger, SCHEDULE, at(0))?.retryAfterSeconds ?? 0;

describe('the ledger counts', () => {
  test.each<[string, Partial<Outcome>, number, number]>([
    ['an expired verification as unsuccessful', {}, 1, 0],
    ['four failed codes', { status: 'max_attempts_reached', failedCodes: 4 }, 1, 4],
    [
      'a canceled verification with a sent message and a failed code',
      { status: 'canceled', failedCodes: 1 },
      1,
      1,
    ],
    ['a canceled verification without a message as neither', { status: 'canceled', messages: [] }, 0, 0],
    ['an undeliverable verification as neither', { status: 'undeliverable' }, 0, 0],
    ['the failed codes of an undeliverable verification', { status: 'undeliverable', failedCodes: 2 }, 1, 2],
    [
      'the failed codes of a canceled verification without a message',
      { status: 'canceled', failedCodes: 2, messages: [] },
      1,
      2,
    ],
  ])('%s', (_case, outcome, unsuccessful, failedCodes) => {
    expect(ledgerAfter(emptyLedger, { ...expired, ...outcome }, LIMIT)).toMatchObject({
      unsuccessful,
      failedCodes,
    });
  });

  test('a success clears everything but the messages', () => {
    expect(ledgerAfter(after(guessed, 5), { ...expired, status: 'verified' }, LIMIT)).toEqual({
      ...emptyLedger,
      messages: [at(-90), at(-90), at(-90)],
    });
  });
});

describe('the cool-down', () => {
  test.each([
    [0, 0],
    [1, 0],
    [2, 30],
    [3, 60],
    [4, 300],
    [5, 900],
    [6, 3600],
    [7, 86_400],
    [8, 86_400],
  ])('after %i verifications with failed codes is %i s', (times, seconds) =>
    expect(waitAfter(after(guessed, times))).toBe(seconds),
  );

  test('without a failed code is at most 300 s', () => {
    expect([4, 5, 6, 7, 50].map((times) => waitAfter(after(expired, times)))).toEqual(Array(5).fill(300));
  });

  test('begins at the end of the last unsuccessful verification', () => {
    const ledger = after(guessed, 2);
    expect(cooldownRefusal(ledger, SCHEDULE, at(10))).toEqual({
      code: 'phone_number_cooling_down',
      retryAfterSeconds: 20,
    });
    expect(cooldownRefusal(ledger, SCHEDULE, at(30))).toBeUndefined();
  });

  test('is no longer than configured if the clock is behind the one that set the end', () => {
    expect(cooldownRefusal(after(expired, 1), SCHEDULE, at(-0.2))).toBeUndefined();
    expect(cooldownRefusal(after(expired, 2), SCHEDULE, at(-60))).toMatchObject({ retryAfterSeconds: 30 });
  });

  test.each([
    [SCHEDULE, 86_400],
    [[0], 86_400],
    [[30, 7 * 86_400], 7 * 86_400],
  ])(
    'never ends after 100 failed codes: with %j, a client is to wait %i s',
    (schedule, retryAfterSeconds) => {
      const locked = after(guessed, 25);
      expect(cooldownRefusal(locked, schedule, at(10 * 86_400))).toEqual({
        code: 'phone_number_cooling_down',
        retryAfterSeconds,
      });
    },
  );
});

describe('the limit on messages to one number', () => {
  const messages = [at(0), at(600), at(1_200)];

  test('refuses a message when the limit is reached, and returns when the next one is allowed', () => {
    expect(numberLimitRefusal(messages, LIMIT, at(1_200))).toEqual({
      code: 'rate_limited',
      limit: 'number',
      retryAfterSeconds: 2_400,
    });
    expect(numberLimitRefusal(messages, LIMIT, at(3_599))).toMatchObject({ retryAfterSeconds: 1 });
    expect(numberLimitRefusal(messages, LIMIT, at(3_600))).toBeUndefined();
  });

  test('allows a message below the limit, and any number of messages without a limit', () => {
    expect(numberLimitRefusal(messages.slice(1), LIMIT, at(1_200))).toBeUndefined();
    expect(numberLimitRefusal(messages, null, at(1_200))).toBeUndefined();
  });

  test('keeps only as many message times as it needs', () => {
    const many = after({ ...expired, messages: [at(0), at(30)] }, 50);
    expect(many.messages).toHaveLength(LIMIT.max);
    expect(ledgerAfter(many, expired, null).messages).toEqual([]);
  });
});
