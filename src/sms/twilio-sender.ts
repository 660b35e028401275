import twilio from 'twilio';
import { ownDeliveryErrors } from '../domain/errors';
import type { SendOutcome } from '../domain/types';
import { deliveryError } from './delivery-errors';

export interface TwilioAccount {
  readonly accountSid: string;
  /** The account SID and its auth token, or an API key's SID and secret. */
  readonly username: string;
  readonly password: string;
  /** A number of ours, a messaging service, or both. */
  readonly from: string | undefined;
  readonly messagingServiceSid: string | undefined;
  /** Undefined for Twilio's own. */
  readonly apiUrl: string | undefined;
}

export interface TextMessage {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  readonly validityMs: number;
}

export interface SmsSender {
  /** Hands one text to the provider, once. Never throws: what went wrong is an outcome. */
  send(text: TextMessage): Promise<SendOutcome>;
}

/** Shorter than the activity's time-out, so that no request outlives the activity that made it. */
const HTTP_TIMEOUT_MS = 8_000;

/** The official client over HTTP, its own retries off: a repeated create call is a second text. */
export function createTwilioSender(account: TwilioAccount): SmsSender {
  const client = twilio(account.username, account.password, {
    accountSid: account.accountSid,
    autoRetry: false,
    timeout: HTTP_TIMEOUT_MS,
  });
  if (account.apiUrl !== undefined) client.api.baseUrl = account.apiUrl;
  const sender = {
    ...(account.from === undefined ? {} : { from: account.from }),
    ...(account.messagingServiceSid === undefined
      ? {}
      : { messagingServiceSid: account.messagingServiceSid }),
  };
  return {
    async send({ to, body, validityMs }) {
      const validityPeriod = Math.max(1, Math.round(validityMs / 1000));
      try {
        const message = await client.messages.create({ ...sender, to, body, validityPeriod });
        return { outcome: 'accepted', sid: message.sid, acceptedAt: Date.now() };
      } catch (error) {
        return { outcome: 'failed', error: refusedWith(error) ?? ownDeliveryErrors.delivery_unknown };
      }
    },
  };
}

/** Twilio's answer that there is no text and won't be one; undefined when the failure doesn't say that. */
function refusedWith(error: unknown) {
  if (!(error instanceof twilio.RestException) || error.status >= 500 || error.code === undefined)
    return undefined;
  return deliveryError(error.code);
}
