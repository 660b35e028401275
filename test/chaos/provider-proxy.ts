import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '../../harness/ports';
import { type CallFault, LATE_ANSWER_MS } from './faults';

export interface ProxyOptions {
  /** The SMS provider's address. */
  readonly target: string;
  /** Returns the fault of the next create call to a number. */
  takeFault(to: string): CallFault | undefined;
  /** The call continues when the promise resolves. Between the two moments, the provider records the message. */
  onCreateCall(to: string, moment: 'create received' | 'created'): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers of the proxy itself. The call does not reach the provider. */
const ownAnswers: Partial<Record<CallFault, Answer>> = {
  '503 before creating': { status: 503, body: '<html>Service Unavailable</html>' },
  '429': {
    status: 429,
    headers: { 'retry-after': '1' },
    body: JSON.stringify({ code: 20429, message: 'Too Many Requests', status: 429 }),
  },
  refused: {
    status: 400,
    body: JSON.stringify({ code: 21610, message: 'Attempt to send to unsubscribed recipient', status: 400 }),
  },
};

/** A proxy between a worker and the SMS provider that makes create calls fail. */
export class ProviderProxy {
  readonly #server: Server;
  #port = 0;
  #refusals = 0;

  constructor(private readonly options: ProxyOptions) {
    this.#server = createServer((request, response) => {
      // The worker may have been killed in the meantime.
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(this.#port, LOOPBACK);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://${LOOPBACK}:${this.#port}`;
  }

  get isRefusing(): boolean {
    return this.#refusals > 0;
  }

  /** Refuses connections for a while. */
  refuseFor(ms: number): void {
    this.#refusals += 1;
    if (this.#refusals === 1) this.#server.close();
    setTimeout(() => {
      this.#refusals -= 1;
      if (this.#refusals === 0) void this.listen();
    }, ms);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const to = request.method === 'POST' ? new URLSearchParams(body).get('To') : null;
    if (to === null) return answer(response, await this.#forward(request, body));

    const fault = this.options.takeFault(to);
    await this.options.onCreateCall(to, 'create received');
    if (request.socket.destroyed) return;
    if (fault === 'reset before the request') return void request.socket.resetAndDestroy();
    const own = fault && ownAnswers[fault];
    if (own) return answer(response, own);

    const given = await this.#forward(request, body);
    await this.options.onCreateCall(to, 'created');
    if (fault === 'reset after the request') request.socket.resetAndDestroy();
    else if (fault === 'incomplete answer') answerInPart(response, given);
    else if (fault === '500 after creating') answer(response, { status: 500, body: 'Internal Server Error' });
    else if (fault === 'answer after the time-out')
      await sleep(LATE_ANSWER_MS).then(() => answer(response, given));
    else if (fault !== "the provider's answer lost") answer(response, given);
  }

  async #forward({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): Promise<Answer> {
    const { authorization = '', 'content-type': type = 'text/plain' } = headers;
    const answered = await fetch(`${this.options.target}${url}`, {
      method,
      headers: { authorization, 'content-type': type },
      ...(method === 'POST' ? { body } : {}),
    });
    return { status: answered.status, body: await answered.text() };
  }
}

function answer(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

function answerInPart(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
}
