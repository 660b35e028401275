import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { createVerifySids } from '../../src/crypto/verify-sids';

const sids = createVerifySids(Buffer.alloc(32, 1));
const serviceSid = fc.stringMatching(/^VA[0-9a-f]{32}$/);
const number = fc.stringMatching(/^\+[1-9][0-9]{4,14}$/);
const id = fc.base64String({ minLength: 64, maxLength: 64 });
const index = fc.integer({ min: 0, max: 63 });

test('a SID leads back to the number and its verification, for 5 to 15 digits', () => {
  fc.assert(
    fc.property(serviceSid, number, id, id, (service, phoneNumber, own, other) => {
      fc.pre(own !== other);
      const sid = sids.verification(service, phoneNumber, own);
      expect(sid).toMatch(/^VE[0-9a-f]{32}$/);
      expect(sids.verification(service, phoneNumber, own)).toBe(sid);
      const named = sids.openVerification(service, sid);
      expect(named?.phoneNumber).toBe(phoneNumber);
      expect([named?.is(own), named?.is(other)]).toEqual([true, false]);
    }),
  );
});

test('the SID of a message leads back to its index as well', () => {
  fc.assert(
    fc.property(serviceSid, number, id, id, index, (service, phoneNumber, own, other, place) => {
      fc.pre(own !== other);
      const sid = sids.attempt(service, phoneNumber, own, place);
      expect(sid).toMatch(/^VL[0-9a-f]{32}$/);
      const named = sids.openAttempt(service, sid);
      expect(named).toMatchObject({ phoneNumber, index: place });
      expect([named?.is(own), named?.is(other)]).toEqual([true, false]);
    }),
  );
});

/** What a service must not find, if it finds anything at all: 14 or 24 of 128 bits can be zero by chance. */
function foundOf(service: string, sid: string, own: string) {
  return [
    sids.openVerification(service, sid)?.is(own) ?? false,
    sids.openAttempt(service, sid)?.is(own) ?? false,
  ];
}

test('another service, and another kind of SID, finds nothing', () => {
  fc.assert(
    fc.property(serviceSid, serviceSid, number, id, (service, other, phoneNumber, own) => {
      fc.pre(service !== other);
      const sid = sids.verification(service, phoneNumber, own);
      const attempt = sids.attempt(service, phoneNumber, own, 0);
      expect(foundOf(other, sid, own)).toEqual([false, false]);
      expect(foundOf(other, attempt, own)).toEqual([false, false]);
      expect(foundOf(service, `VL${sid.slice(2)}`, own)).toEqual([false, false]);
      expect(foundOf(service, `VE${attempt.slice(2)}`, own)).toEqual([false, false]);
      expect(sids.openVerification(service, attempt)).toBeUndefined();
      expect(sids.openAttempt(service, sid)).toBeUndefined();
    }),
  );
});

test('a SID of another PHONE_DIGEST_KEY finds nothing', () => {
  const others = createVerifySids(Buffer.alloc(32, 2));
  fc.assert(
    fc.property(serviceSid, number, id, (service, phoneNumber, own) => {
      expect(foundOf(service, others.verification(service, phoneNumber, own), own)).toEqual([false, false]);
    }),
  );
});

test('of random SIDs, almost none leads anywhere', () => {
  const service = `VA${'a'.repeat(32)}`;
  const random = Array.from({ length: 5_000 }, () => `VE${randomBytes(16).toString('hex')}`);
  const opened = random.filter((sid) => sids.openVerification(service, sid));
  // The chance of one is 2^-14.
  expect(opened.length).toBeLessThan(10);
});

test('two verifications of a number have SIDs with nothing in common', () => {
  const service = `VA${'a'.repeat(32)}`;
  const one = sids.verification(service, '+14255550123', 'one');
  const two = sids.verification(service, '+14255550123', 'two');
  const same = [...one].filter((digit, at) => at > 1 && digit === two[at]);
  expect(same.length).toBeLessThan(16);
});

test('capital hex digits are the same SID', () => {
  const service = `VA${'a'.repeat(32)}`;
  const sid = sids.verification(service, '+14255550123', 'own');

  const named = sids.openVerification(service, `VE${sid.slice(2).toUpperCase()}`);

  expect([named?.phoneNumber, named?.is('own')]).toEqual(['+14255550123', true]);
});

test.each([
  '',
  'VE',
  'VL',
  `VE${'z'.repeat(32)}`,
  `VE${'a'.repeat(31)}`,
  `VE${'a'.repeat(64)}`,
  '+14255550123',
])('a text that is no SID leads nowhere: %j', (text) => {
  const service = `VA${'a'.repeat(32)}`;

  expect([sids.openVerification(service, text), sids.openAttempt(service, text)]).toEqual([
    undefined,
    undefined,
  ]);
});
