import twilio from 'twilio';
import type { DeliveryError } from '../domain/types';
import { deliveryError } from './delivery-errors';
import { createConnections, HttpClient, NOT_CONNECTED } from './http-client';

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
  /** Where the provider reports what became of the text; undefined for no reports. */
  readonly statusCallback: string | undefined;
}

/** What a call to create a text has led to. Only `unknown` leaves open whether there is one. */
export type SendResult =
  | { readonly result: 'accepted'; readonly sid: string }
  | { readonly result: 'refused'; readonly error: DeliveryError }
  | { readonly result: 'not_created'; readonly retryAfterMs: number | undefined }
  | { readonly result: 'unknown' };

/** A text that was perhaps created. A resend has the same body, so its SID must be none of `knownSids`. */
export interface TextSearch {
  /** E.164. */
  readonly to: string;
  readonly code: string;
  /** Epoch milliseconds. */
  readonly createdSince: number;
  readonly knownSids: readonly string[];
}

export interface SmsSender {
  /** Hands one text to the provider, once. What went wrong is a result; only an abort is thrown. */
  send(text: TextMessage, signal: AbortSignal): Promise<SendResult>;
  /** The SID of the text, or undefined if the provider lists none. Throws if it doesn't say. */
  find(search: TextSearch, signal: AbortSignal): Promise<string | undefined>;
}

/** More texts than one number gets in the time that is looked at. */
const LIST_LIMIT = 50;

/** The official client. Its own retries are off: a repeated create call is a second text. */
export function createTwilioSender(account: TwilioAccount): SmsSender {
  const connections = createConnections();
  const sender = {
    ...(account.from === undefined ? {} : { from: account.from }),
    ...(account.messagingServiceSid === undefined
      ? {}
      : { messagingServiceSid: account.messagingServiceSid }),
  };

  function connect(signal: AbortSignal) {
    const httpClient = new HttpClient(connections, signal);
    const client = twilio(account.username, account.password, {
      accountSid: account.accountSid,
      autoRetry: false,
      httpClient,
    });
    if (account.apiUrl !== undefined) client.api.baseUrl = account.apiUrl;
    return { client, httpClient };
  }

  return {
    async send({ to, body, validityMs, statusCallback }, signal) {
      const { client, httpClient } = connect(signal);
      try {
        const { sid } = await client.messages.create({
          ...sender,
          to,
          body,
          validityPeriod: Math.max(1, Math.round(validityMs / 1000)),
          ...(statusCallback === undefined ? {} : { statusCallback }),
        });
        return { result: 'accepted', sid };
      } catch (error) {
        signal.throwIfAborted();
        return classify(error, retryAfterMs(httpClient.lastResponse?.headers));
      }
    },

    async find({ to, code, createdSince, knownSids }, signal) {
      const { client } = connect(signal);
      // By number alone: sender and sent date may still be missing, and a trial account puts a sentence before the body.
      const texts = await client.messages.list({ to, limit: LIST_LIMIT });
      const ours = texts.find(
        ({ sid, body, dateCreated }) =>
          new RegExp(`(?<!\\d)${code}(?!\\d)`).test(body) &&
          dateCreated.getTime() >= createdSince &&
          !knownSids.includes(sid),
      );
      return ours?.sid;
    },
  };
}

function classify(error: unknown, retryAfter: number | undefined): SendResult {
  if (error instanceof Error && 'code' in error && error.code === NOT_CONNECTED) {
    return { result: 'not_created', retryAfterMs: undefined };
  }
  if (!(error instanceof twilio.RestException)) return { result: 'unknown' };
  const { status, code } = error;
  if (status === 429) return { result: 'not_created', retryAfterMs: retryAfter };
  if (status >= 400 && status < 500 && typeof code === 'number') {
    return { result: 'refused', error: deliveryError(code) };
  }
  return { result: 'unknown' };
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); Twilio sends no dates in it. */
function retryAfterMs(headers: unknown): number | undefined {
  if (typeof headers !== 'object' || headers === null || !('retry-after' in headers)) return undefined;
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
