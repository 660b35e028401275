import type { RequestClient } from 'twilio';
import Response from 'twilio/lib/http/response';
import { Agent, buildConnector, request, type Dispatcher } from 'undici';

type RequestOptions = Parameters<RequestClient['request']>[0];

/** The error code of a failed connection attempt: the request was not sent. */
export const NOT_CONNECTED = 'NOT_CONNECTED';

export const CONNECT_TIMEOUT_MS = 2_000;
export const RESPONSE_TIMEOUT_MS = 4_000;

/** The longest time that one call can take, with all pages of a list. */
export const CALL_TIMEOUT_MS = CONNECT_TIMEOUT_MS + RESPONSE_TIMEOUT_MS;

/** Larger than a page of 50 messages, each with 1,600 escaped characters. A larger answer is not Twilio's. */
export const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * A connection that was idle for this time is closed here. The provider must not close it first: a request that meets
 * the close may have arrived or not. Load balancers usually close idle connections after 60 s. A shorter time that the
 * provider names in `Keep-Alive` counts.
 */
const MAX_IDLE_MS = 10_000;

/** A connection is replaced after this time, so that changes of the provider's addresses reach a busy worker. */
const MAX_CONNECTION_AGE_MS = 5 * 60_000;

/**
 * Connections whose errors tell a failed connection attempt from a failed request. They are kept for later requests: a
 * new one costs round trips and the work of a TLS handshake. Each has at most one request at a time.
 */
export function createConnections(): Dispatcher {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS });
  return new Agent({
    keepAliveTimeout: MAX_IDLE_MS,
    keepAliveMaxTimeout: MAX_IDLE_MS,
    clientTtl: MAX_CONNECTION_AGE_MS,
    headersTimeout: RESPONSE_TIMEOUT_MS,
    bodyTimeout: RESPONSE_TIMEOUT_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    connect: (options, callback) =>
      connect(options, (error, socket) => {
        if (error)
          callback(
            Object.assign(new Error('Not connected', { cause: error }), { code: NOT_CONNECTED }),
            null,
          );
        else callback(null, socket);
      }),
  });
}

/**
 * The HTTP client that the official Twilio client uses, for one call. The call ends when the signal aborts. This does
 * not extend the official HTTP client, whose constructor makes an axios instance and an HTTPS agent: more work than the
 * call.
 */
export class HttpClient implements Pick<RequestClient, 'request' | 'lastResponse'> {
  /** Host name and port of the last call. */
  host = '';
  lastResponse?: Response<unknown>;
  /** A field, because `AbortSignal.any` holds it weakly: a signal that is collected as garbage never aborts. */
  readonly #timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
  readonly #signal: AbortSignal;
  #origin?: string;

  constructor(
    private readonly connections: Dispatcher,
    signal: AbortSignal,
  ) {
    // The agent's time-outs start again with each part of a response. This one limits the whole call: the official
    // client requests the next page of a list for as long as the answers name one.
    this.#signal = AbortSignal.any([signal, this.#timeout]);
  }

  async request<TData>(options: RequestOptions): Promise<Response<TData>> {
    const { method, uri, username, password, headers, params, data } = options;
    const url = new URL(uri);
    // A list can name its next page at another server. That must not get the credentials.
    this.#origin ??= url.origin;
    if (url.origin !== this.#origin) throw new Error('The next page is at another server');
    this.host = `${url.hostname}:${url.port || (url.protocol === 'http:' ? '80' : '443')}`;
    // After the call, `lastResponse` must be the response to this call or undefined.
    delete this.lastResponse;
    for (const [name, value] of Object.entries(params ?? {})) url.searchParams.append(name, String(value));
    const answer = await request(url, {
      method: method === 'post' ? 'POST' : 'GET',
      headers: {
        ...headers,
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      body: typeof data !== 'object' || data === null ? null : new URLSearchParams(toForm(data)).toString(),
      dispatcher: this.connections,
      signal: this.#signal,
    });
    const body = parseBody(await readText(answer.body));
    // The caller chooses the type: the official client knows what Twilio returns.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const response = new Response(answer.statusCode, body as TData, answer.headers);
    this.lastResponse = response;
    return response;
  }
}

function toForm(data: object): [string, string][] {
  return Object.entries(data).flatMap(([name, value]: [string, unknown]) =>
    [value].flat().map((item): [string, string] => [name, String(item)]),
  );
}

/** Keeps no chunk, as `text()` of a body does: a chunk of one byte takes 150 bytes of memory. */
async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

/** A body that is not JSON stays a string: the official client then reports the error. */
function parseBody(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
