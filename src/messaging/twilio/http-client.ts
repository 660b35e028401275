import twilio from 'twilio';
import Response from 'twilio/lib/http/response';
import { Agent, buildConnector, request, type Dispatcher } from 'undici';

type RequestOptions = Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0];

/** No connection was made: whatever was to be asked for has not been asked for. */
export const NOT_CONNECTED = 'NOT_CONNECTED';

export const CONNECT_TIMEOUT_MS = 2_000;
export const RESPONSE_TIMEOUT_MS = 4_000;

/** The longest that one call takes. */
export const CALL_TIMEOUT_MS = CONNECT_TIMEOUT_MS + RESPONSE_TIMEOUT_MS;

/**
 * Connections that tell a failed connect from a failed request. None is used twice: a kept one that the other side
 * has closed meanwhile fails in a way that leaves open whether the request arrived.
 */
export function createConnections(): Dispatcher {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS });
  return new Agent({
    pipelining: 0,
    headersTimeout: RESPONSE_TIMEOUT_MS,
    bodyTimeout: RESPONSE_TIMEOUT_MS,
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

/** The HTTP client under the official Twilio client, for calls that end when the signal aborts. */
export class HttpClient extends twilio.RequestClient {
  /** Host name and port of the last call. */
  host = '';

  constructor(
    private readonly connections: Dispatcher,
    private readonly signal: AbortSignal,
  ) {
    super();
  }

  override async request<TData>(options: RequestOptions): Promise<Response<TData>> {
    const { method, uri, username, password, headers, params, data } = options;
    const url = new URL(uri);
    this.host = `${url.hostname}:${url.port || (url.protocol === 'http:' ? '80' : '443')}`;
    // Whatever is in it afterwards is this call's answer.
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
      // The time-outs above start anew with every part of an answer: this one doesn't.
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    });
    const body = parseBody(await answer.body.text());
    // The base class promises whatever its caller asks for: the official client knows what Twilio answers.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    this.lastResponse = new Response(answer.statusCode, body as TData, answer.headers);
    return this.lastResponse;
  }
}

function toForm(data: object): [string, string][] {
  return Object.entries(data).flatMap(([name, value]: [string, unknown]) =>
    [value].flat().map((item): [string, string] => [name, String(item)]),
  );
}

/** What is not JSON stays text: the official client then says what is wrong with it. */
function parseBody(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
