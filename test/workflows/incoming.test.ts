import fc from 'fast-check';
import {
  isReadableInput,
  readCancelRequest,
  readDeliveryReport,
  readFromTenant,
  readResendRequest,
  readSendOutcome,
  readSubmission,
} from '../../src/workflows/incoming';

const readers = [
  isReadableInput,
  readCancelRequest,
  readDeliveryReport,
  readFromTenant,
  readResendRequest,
  readSendOutcome,
  readSubmission,
];

const FROM = { tenantId: 'shop', nonce: 'nonce' };

test('of the wording of a resend, only what is text is read', () => {
  const wording = {
    templateSid: 'HJ',
    locale: 'de',
    name: 'Shop',
    appHash: 'hash',
    substitutions: { order: '7' },
  };
  const request = { ...FROM, joins: false, onlyRepeat: false };
  expect(readResendRequest({ ...FROM, wording })).toEqual({ ...request, wording });
  const unreadable = {
    templateSid: 1,
    locale: null,
    name: {},
    appHash: [],
    substitutions: { order: 7 },
    other: 'x',
  };
  expect(readResendRequest({ ...FROM, wording: unreadable })).toEqual({ ...request, wording: {} });
  for (const value of [undefined, null, 'text', 42])
    expect(readResendRequest({ ...FROM, wording: value })).toEqual({ ...request, wording: undefined });
});

test('the other fields of a resend are read only if they have their types', () => {
  const full = { ...FROM, joins: true, onlyRepeat: true, request: { id: 'one', fieldsDigest: 'digest' } };
  expect(readResendRequest(full)).toEqual({ ...full, wording: undefined });
  for (const request of [null, 'one', { id: 'one' }, { id: 1, fieldsDigest: 'digest' }])
    expect(readResendRequest({ ...full, joins: 1, onlyRepeat: 'yes', request })).toEqual({
      ...FROM,
      joins: false,
      onlyRepeat: false,
      wording: undefined,
    });
});

test.each([undefined, null, 'x', [], {}, { nonce: 'nonce' }, { tenantId: 'shop' }, { ...FROM, nonce: 1 }])(
  'the resend request %j is ignored',
  (message) => {
    expect(readResendRequest(message)).toBeUndefined();
  },
);

test('the wording of a resend holds nothing but text, whatever was sent', () => {
  fc.assert(
    fc.property(fc.anything(), (wording) => {
      const { substitutions = {}, ...fields } = readResendRequest({ ...FROM, wording })?.wording ?? {};
      for (const value of [...Object.values(fields), ...Object.values(substitutions)])
        expect(typeof value).toBe('string');
    }),
  );
});

test('the readers do not throw for any value', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      for (const read of readers) read(value);
    }),
  );
});

test.each([
  { outcome: 'accepted', sid: 'SM1', acceptedAt: 1 },
  { outcome: 'accepted', sid: 'SM1', acceptedAt: 1, possibleDuplicate: true },
  { outcome: 'not_sent', acceptedAt: 1 },
  { outcome: 'failed', error: { code: '21211', message: 'No.' } },
])('the outcome %j is returned unchanged', (outcome) => {
  expect(readSendOutcome(outcome)).toEqual(outcome);
});

test.each([
  undefined,
  null,
  'accepted',
  {},
  { outcome: 'accepted', sid: 'SM1' },
  { outcome: 'accepted', sid: 'SM1', acceptedAt: NaN },
  { outcome: 'accepted', sid: 1, acceptedAt: 1 },
  { outcome: 'failed', error: null },
  { outcome: 'failed', error: { code: 'abc', message: 'No.' } },
  { outcome: 'failed', error: { code: '14255550123', message: 'No.' } },
  { outcome: 'failed', error: { code: '21211 for +14255550123', message: 'No.' } },
])('the invalid outcome %j is ignored', (outcome) => {
  expect(readSendOutcome(outcome)).toBeUndefined();
});
