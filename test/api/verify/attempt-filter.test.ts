import { parseAttemptFilter } from '../../../src/api/verify/attempt-filter';
import { createVerifySids } from '../../../src/crypto/verify-sids';

const sids = createVerifySids(Buffer.alloc(32, 1));

// Twilio's client for Java sends what ZonedDateTime.toString() returns.
test.each([
  ['2026-11-28T08:00Z', '2026-11-28T08:00:00.000Z'],
  ['2026-11-28T08:00Z[UTC]', '2026-11-28T08:00:00.000Z'],
  ['2026-11-28T09:36:31.569426471+01:00[Europe/Berlin]', '2026-11-28T08:36:31.569Z'],
  ['2026-11-28T09:00+01:00[GMT+01:00]', '2026-11-28T08:00:00.000Z'],
])('a time as the Java client sends it: %s', (time, startedFrom) => {
  expect(parseAttemptFilter({ DateCreatedAfter: time }, [], sids)).toMatchObject({ startedFrom });
});

test.each([
  '2026-11-28T08Z',
  '2026-11-28T08:00',
  '2026-11-28T08:00Z[',
  '2026-11-28T08:00Z[a] OR',
  '2026-11-28[UTC]',
])('not a time: %s', (time) => {
  expect(() => parseAttemptFilter({ DateCreatedAfter: time }, [], sids)).toThrow('DateCreatedAfter');
});
