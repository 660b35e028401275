import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { type SmsSandbox, type SmsSandboxOptions, startSmsSandbox } from '../../sandbox';

export const ACCOUNT_SID = 'AC00000000000000000000000000000001';
export const AUTH_TOKEN = 'the-account-token';
export const API_KEY = { sid: 'SK00000000000000000000000000000001', secret: 'the-key-secret' };
export const SERVICE_SID = 'MG00000000000000000000000000000001';
export const SENDER = '+15005550006';
export const PHONE = '+14255550123';
export const OTHER_PHONE = '+14255550124';
export const OUTGOING = { to: PHONE, from: SENDER, body: 'Your code is 0068.' };

/** A delay that is longer than any test. */
export const NEVER_MS = 3_600_000;

const cleanups: (() => Promise<void>)[] = [];

/** Closes everything that the functions below have opened. Call it after each test. */
export async function closeAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}

export async function startSandbox(options: Partial<SmsSandboxOptions> = {}): Promise<SmsSandbox> {
  const account = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, apiKey: API_KEY };
  const sandbox = await startSmsSandbox({ port: 0, statusStepMs: 1, ...account, ...options });
  cleanups.push(() => sandbox.close());
  return sandbox;
}

interface ClientOptions {
  username?: string;
  password?: string;
  accountSid?: string;
}

/** Twilio's official client. */
export function clientOf(sandbox: SmsSandbox, options: ClientOptions = {}): twilio.Twilio {
  const { username = ACCOUNT_SID, password = AUTH_TOKEN, accountSid = ACCOUNT_SID } = options;
  const client = twilio(username, password, { accountSid, autoRetry: false });
  client.api.baseUrl = sandbox.url;
  return client;
}

/** The URL of the Messages resource, for requests without the official client. */
export function messagesUrl(sandbox: SmsSandbox): string {
  return `${sandbox.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`;
}

export const authorization = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;

export interface ReceivedCallback {
  parameters: Record<string, string>;
  contentType: string | undefined;
  signature: string;
}

export interface CallbackReceiver {
  url: string;
  received: ReceivedCallback[];
  /** Waits for this status and returns all statuses so far, in order of arrival. */
  until(status: string): Promise<string[]>;
}

/** Starts a server that receives status callbacks. */
export async function startCallbackReceiver(answer = 204): Promise<CallbackReceiver> {
  const received: ReceivedCallback[] = [];
  const server = createServer((request, response) => {
    void receive(request, response);
  });
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    received.push(await readCallback(request));
    response.writeHead(answer).end();
    server.emit('callback');
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const statuses = () => received.map(({ parameters }) => parameters['MessageStatus'] ?? '');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/status?verification=42`,
    received,
    until: async (status) => {
      while (!statuses().includes(status)) await once(server, 'callback');
      return statuses();
    },
  };
}

async function readCallback(request: IncomingMessage): Promise<ReceivedCallback> {
  const body = await text(request);
  return {
    parameters: Object.fromEntries(new URLSearchParams(body)),
    contentType: request.headers['content-type'],
    signature: String(request.headers['x-twilio-signature']),
  };
}

export interface ServerEvent {
  id: string;
  event: string;
  data: { numbers: string[]; total: number; phones: Record<string, string> };
}

export interface EventReader {
  status: number;
  headers: Headers;
  /** The next event; undefined if the server has ended the stream. */
  next(): Promise<ServerEvent | undefined>;
  close(): void;
}

/** Reads the server-sent events of the sandbox's page. */
export async function readEvents(
  sandbox: SmsSandbox,
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const stop = new AbortController();
  const answer = await fetch(`${sandbox.url}/events`, { headers, signal: stop.signal });
  cleanups.push(async () => stop.abort());
  const events = parseEvents(answer.body as unknown as AsyncIterable<Uint8Array>);
  return {
    status: answer.status,
    headers: answer.headers,
    next: async () => (await events.next()).value,
    close: () => stop.abort(),
  };
}

async function* parseEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, undefined> {
  const decoder = new TextDecoder();
  let unread = '';
  for await (const chunk of body) {
    unread += decoder.decode(chunk, { stream: true });
    const blocks = unread.split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const { id, event, data } = Object.fromEntries(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (id !== undefined && event !== undefined && data !== undefined)
        yield { id, event, data: JSON.parse(data) as ServerEvent['data'] };
    }
  }
  return undefined;
}
