import { createTwilioReports } from '../../../src/messaging/twilio/delivery-reports';

const reports = createTwilioReports({ authToken: 'token', publicUrl: 'https://verify.example.com' });

const failed = (code?: string) =>
  reports.parseReport({
    MessageSid: 'SM1',
    MessageStatus: 'failed',
    ...(code !== undefined && { ErrorCode: code }),
  });

test('a failed message has the carrier’s error code', () => {
  expect(failed('30003')).toMatchObject({ sid: 'SM1', failure: { code: '30003' } });
});

test.each([undefined, '', 'x', '1e30', '-1', '0', '1.5', 'Infinity', '14255550123'])(
  'an invalid error code (%j) is reported as 30008',
  (code) => {
    expect(failed(code)).toMatchObject({ failure: { code: '30008' } });
  },
);

test.each(['queued', 'sending', undefined])('a report with status %j has no effect', (status) => {
  expect(reports.parseReport({ MessageSid: 'SM1', MessageStatus: status })).toBeUndefined();
});

test.each(['sent', 'delivered'])('a report with status %s says that the message was accepted', (status) => {
  expect(reports.parseReport({ MessageSid: 'SM1', MessageStatus: status })).toEqual({
    sid: 'SM1',
    failure: null,
  });
});
