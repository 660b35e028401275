import fc from 'fast-check';
import {
  isReadableInput,
  readCancelRequest,
  readDeliveryReport,
  readFromTenant,
  readSendOutcome,
  readSubmission,
} from '../../src/workflows/incoming';

const readers = [
  isReadableInput,
  readCancelRequest,
  readDeliveryReport,
  readFromTenant,
  readSendOutcome,
  readSubmission,
];

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
])('the invalid outcome %j is ignored', (outcome) => {
  expect(readSendOutcome(outcome)).toBeUndefined();
});
