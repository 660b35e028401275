import { getExpectedTwilioSignature } from 'twilio';
import { type Text, shownError, shownSender } from '../texts/text';
import type { Credentials } from '../twilio/credentials';

/** How long Twilio waits for a webhook to answer. */
const TIMEOUT_MS = 15_000;

interface Dependencies {
  credentials: Credentials;
  closing: AbortSignal;
  report: (problem: string) => void;
}

export type StatusCallback = (text: Text) => Promise<void>;

/** Tells a text's StatusCallback, if it has one, of the text's status: once, as Twilio does, whatever comes back. */
export function createStatusCallback({ credentials, closing, report }: Dependencies): StatusCallback {
  return async (text) => {
    const url = text.statusCallback;
    if (url === null) return;

    const parameters = statusParameters(text, credentials.accountSid);
    const signature = getExpectedTwilioSignature(credentials.authToken, url, parameters);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'x-twilio-signature': signature },
        body: new URLSearchParams(parameters),
        redirect: 'manual',
        signal: AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      if (!response.ok) report(`${new URL(url).origin} answered a status callback with ${response.status}`);
    } catch {
      // The path can hold a verification's id, the error the path: only the origin is told.
      if (!closing.aborted) report(`${new URL(url).origin} did not answer a status callback`);
    }
  };
}

function statusParameters(text: Text, accountSid: string): Record<string, string> {
  const parameters: Record<string, string> = {
    SmsSid: text.sid,
    SmsStatus: text.status,
    MessageSid: text.sid,
    MessageStatus: text.status,
    To: text.to,
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
  };
  const sender = shownSender(text);
  const error = shownError(text);
  if (sender !== null) parameters['From'] = sender;
  if (text.messagingServiceSid !== null) parameters['MessagingServiceSid'] = text.messagingServiceSid;
  if (error !== null) parameters['ErrorCode'] = String(error);
  return parameters;
}
