import type { ServerResponse } from 'node:http';

export type Headers = Readonly<Record<string, number | string | string[] | undefined>>;

/** After how long a browser connects again. */
const RETRY_MS = 1_000;

/** A connection of a browser that receives server-sent events. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #everything: () => string;
  #isFull = false;
  #hasMissed = false;

  /** `everything`: the event for a browser that was too slow for the single events. */
  constructor(response: ServerResponse, headers: Headers, everything: () => string) {
    this.#response = response;
    this.#everything = everything;
    response.on('drain', () => this.#continue());
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  /** Events are not stored while the browser is too slow: it gets everything later. */
  send(event: string): void {
    if (this.#isFull) this.#hasMissed = true;
    else this.#isFull = !this.#response.write(event);
  }

  /** Sends a comment, which keeps proxies from closing the connection. */
  sendHeartbeat(): void {
    this.#response.write(': heartbeat\n\n');
  }

  end(): void {
    this.#response.end();
  }

  #continue(): void {
    this.#isFull = false;
    if (!this.#hasMissed) return;
    this.#hasMissed = false;
    this.send(this.#everything());
  }
}
