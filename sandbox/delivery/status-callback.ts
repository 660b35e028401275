import { getExpectedTwilioSignature } from 'twilio';
import { Agent, request } from 'undici';
import { type Message, reportedError, reportedSender } from '../messages/message';
import type { Credentials } from '../twilio/credentials';
import { API_VERSION } from '../twilio/message-resource';

/** How long Twilio waits for a webhook to answer. */
const TIMEOUT_MS = 15_000;

interface Dependencies {
  credentials: Credentials;
  closing: AbortSignal;
  report: (problem: string) => void;
}

export type StatusCallback = (message: Message) => Promise<void>;

/** Reports the status of a message to its StatusCallback, if any. Like Twilio, it does not repeat failed requests. */
export function createStatusCallback({ credentials, closing, report }: Dependencies): StatusCallback {
  const dispatcher = new Agent();
  closing.addEventListener('abort', () => void dispatcher.destroy());

  return async (message) => {
    const url = message.statusCallback;
    if (url === null) return;

    const parameters = statusParameters(message, credentials.accountSid);
    const signature = getExpectedTwilioSignature(credentials.authToken, url, parameters);
    try {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
          'x-twilio-signature': signature,
        },
        body: new URLSearchParams(parameters).toString(),
        dispatcher,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await body.dump();
      if (statusCode < 200 || statusCode > 299)
        report(`${new URL(url).origin} answered a status callback with ${statusCode}`);
    } catch {
      // Reports only the origin: the path can contain a verification's id, and the error can contain the path.
      if (!closing.aborted) report(`${new URL(url).origin} did not answer a status callback`);
    }
  };
}

function statusParameters(message: Message, accountSid: string): Record<string, string> {
  const parameters: Record<string, string> = {
    SmsSid: message.sid,
    SmsStatus: message.status,
    MessageSid: message.sid,
    MessageStatus: message.status,
    To: message.to,
    AccountSid: accountSid,
    ApiVersion: API_VERSION,
  };
  const sender = reportedSender(message);
  const error = reportedError(message);
  if (sender !== null) parameters['From'] = sender;
  if (message.messagingServiceSid !== null) parameters['MessagingServiceSid'] = message.messagingServiceSid;
  if (error !== null) parameters['ErrorCode'] = String(error);
  return parameters;
}
