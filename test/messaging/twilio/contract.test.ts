import { freePort } from '../../../harness/ports';
import { startSmsSandbox } from '../../../sandbox';
import { createTwilioReports } from '../../../src/messaging/twilio/delivery-reports';
import { createTwilioSender } from '../../../src/messaging/twilio/sender';
import { testMessageSender } from '../sender-contract';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = 'f00dfeed';
const LOST = '+14255559999';

testMessageSender('Twilio', async () => {
  const sandbox = await startSmsSandbox({
    port: 0,
    accountSid,
    authToken,
    undeliverable: { [LOST]: 30003 },
  });
  const senderTo = (apiUrl: string, password = authToken) =>
    createTwilioSender({ accountSid, username: accountSid, password, apiUrl });
  return {
    sender: senderTo(sandbox.url),
    withWrongCredentials: senderTo(sandbox.url, 'wrong'),
    unreachable: senderTo(`http://127.0.0.1:${await freePort()}`),
    reports: (publicUrl) => createTwilioReports({ authToken, publicUrl }),
    // Twilio's magic number for an invalid number.
    refused: { number: '+15005550001', code: '21211' },
    lost: { number: LOST, code: '30003' },
    loseNextAnswer: (number) => sandbox.stubAnswer(number, { status: 500, body: '', recorded: true }),
    received: (number) => sandbox.inbox(number).map(({ body }) => body),
    stop: () => sandbox.close(),
  };
});
