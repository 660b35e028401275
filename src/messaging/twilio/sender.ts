import twilio, { type RequestClient } from 'twilio';
import { failureReason } from './failure-reason';
import { CALL_TIMEOUT_MS, createConnections, HttpClient } from './http-client';
import { operatorAdvice, REFUSED_CREDENTIALS } from './operator-advice';
import { sendFailure, twilioCode } from './send-failure';
import type { MessageSender } from '../sender';

export interface TwilioAccount {
  readonly accountSid: string;
  /** The account SID and its auth token, or an API key's SID and secret. */
  readonly username: string;
  readonly password: string;
  /** Undefined for Twilio's own URL. */
  readonly apiUrl: string | undefined;
}

/** One number gets fewer messages than this in the time that is searched. */
const LIST_LIMIT = 50;

/** Twilio's limits for ValidityPeriod, in seconds. Codes can be valid for longer. */
const MAX_VALIDITY_PERIOD = 36_000;

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** Sends with Twilio's official client. The client's retries are off: a repeated create call is a second message. */
export function createTwilioSender(account: TwilioAccount): MessageSender {
  const connections = createConnections();

  function connect(signal: AbortSignal) {
    const httpClient = new HttpClient(connections, signal);
    const requests: Pick<RequestClient, 'request'> = httpClient;
    const client = twilio(account.username, account.password, {
      accountSid: account.accountSid,
      autoRetry: false,
      // The official client calls only the method `request` of its HTTP client.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      httpClient: requests as RequestClient,
    });
    if (account.apiUrl !== undefined) {
      client.api.baseUrl = account.apiUrl;
      // The official client puts TWILIO_REGION and TWILIO_EDGE into the host's name, and drops a part of a long name.
      client.getHostname = (hostname) => hostname;
    }
    return { client, httpClient };
  }

  return {
    maxCallMs: CALL_TIMEOUT_MS,

    async send({ to, sender, body, validityMs, reportUrl }, signal) {
      const { client, httpClient } = connect(signal);
      try {
        const { sid } = await client.messages.create({
          ...(sender.from !== undefined && { from: sender.from }),
          ...(sender.pool !== undefined && { messagingServiceSid: sender.pool }),
          to,
          body,
          validityPeriod: validityPeriod(validityMs),
          ...(reportUrl === undefined ? {} : { statusCallback: reportUrl }),
        });
        return isSid(sid) ? { result: 'accepted', sid } : unreadable(httpClient);
      } catch (error) {
        signal.throwIfAborted();
        return sendFailure(error, httpClient);
      }
    },

    async find({ to, code, createdSince, knownSids }, signal) {
      const { client, httpClient } = connect(signal);
      try {
        // Searches by number only: the sender and the sent date may be missing at first. A trial account adds a
        // sentence before the body, so the body only has to contain the code. A number of this account also has the
        // messages that it received: copies with SIDs of their own.
        const messages = await client.messages.list({ to, limit: LIST_LIMIT });
        if (!isListOfMessages(httpClient.lastResponse?.body)) return unreadable(httpClient);
        const ours = messages.find(
          ({ sid, body, dateCreated, direction }) =>
            direction !== 'inbound' &&
            new RegExp(`(?<!\\d)${code}(?!\\d)`).test(body) &&
            dateCreated.getTime() >= createdSince &&
            !knownSids.includes(sid),
        );
        if (ours === undefined) return { result: 'absent' };
        return isSid(ours.sid) ? { result: 'found', sid: ours.sid } : unreadable(httpClient);
      } catch (error) {
        signal.throwIfAborted();
        return { result: 'unknown', reason: failureReason(error, httpClient) };
      }
    },

    async checkAccess(signal) {
      const { client, httpClient } = connect(signal);
      try {
        await client.messages.list({ limit: 1 });
        return { result: 'granted' };
      } catch (error) {
        signal.throwIfAborted();
        const status = httpClient.lastResponse?.statusCode;
        if (status !== UNAUTHORIZED && status !== FORBIDDEN)
          return { result: 'unknown', reason: failureReason(error, httpClient) };
        return { result: 'refused', advice: operatorAdvice(twilioCode(error) ?? 0) ?? REFUSED_CREDENTIALS };
      }
    },
  };
}

/** For an answer that is not Twilio's. A proxy may have answered. */
function unreadable(httpClient: HttpClient) {
  return { result: 'unknown', reason: failureReason(undefined, httpClient) } as const;
}

/** Twilio's SIDs have 34 letters and digits. The limit keeps large answers out of the workflow's history. */
function isSid(sid: unknown): sid is string {
  return typeof sid === 'string' && /^[\w-]{1,64}$/.test(sid);
}

/** The official client takes any list in the answer for the list of messages. */
function isListOfMessages(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'messages' in body && Array.isArray(body.messages);
}

/** In seconds. */
function validityPeriod(validityMs: number): number {
  return Math.min(Math.max(1, Math.round(validityMs / 1000)), MAX_VALIDITY_PERIOD);
}
