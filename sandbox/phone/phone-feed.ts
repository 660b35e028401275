import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Headers, EventStream } from './event-stream';
import type { Phone, PhoneList } from './phone-list';

/** Changes in this time are one event. */
const COLLECT_MS = 30;
const HEARTBEAT_MS = 15_000;

interface Dependencies {
  phoneList: PhoneList;
  renderPhone: (phone: Phone) => string;
  closing: AbortSignal;
}

/**
 * Tells the browsers that show the page what has changed. Each event has the numbers in their order and the changed
 * phones, as HTML. A browser that connects gets all phones, unless it has seen the latest event.
 */
export class PhoneFeed {
  readonly #dependencies: Dependencies;
  readonly #streams = new Set<EventStream>();
  readonly #changed = new Set<string>();
  /** The numbers that the browsers have. */
  #shown = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** The id of an event has this and the revision. So it is unknown after a restart. */
  readonly #process = randomUUID();
  #revision = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    dependencies.phoneList.onChange((number) => this.#change(number));
    const heartbeat = setInterval(() => {
      for (const stream of this.#streams) stream.sendHeartbeat();
    }, HEARTBEAT_MS);
    heartbeat.unref();
    dependencies.closing.addEventListener('abort', () => {
      clearInterval(heartbeat);
      clearTimeout(this.#timer);
      for (const stream of this.#streams) stream.end();
      this.#streams.clear();
    });
  }

  /** `lastEventId`: the last event that the browser has seen. */
  open(response: ServerResponse, headers: Headers, lastEventId: string | undefined): void {
    this.#flush();
    const stream = new EventStream(response, headers, () => this.#everything());
    if (lastEventId !== this.#eventId) stream.send(this.#everything());
    this.#shown = new Set(this.#dependencies.phoneList.overview().numbers);
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
  }

  get #eventId(): string {
    return `${this.#process}-${this.#revision}`;
  }

  #change(number: string): void {
    if (this.#streams.size === 0) {
      this.#revision += 1;
      return;
    }
    this.#changed.add(number);
    this.#timer ??= setTimeout(() => this.#flush(), COLLECT_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    this.#revision += 1;
    const event = this.#event((number) => this.#changed.has(number) || !this.#shown.has(number));
    for (const stream of this.#streams) stream.send(event);
    this.#changed.clear();
    this.#shown = new Set(this.#dependencies.phoneList.overview().numbers);
  }

  #everything(): string {
    return this.#event(() => true);
  }

  #event(isSent: (number: string) => boolean): string {
    const { phoneList, renderPhone } = this.#dependencies;
    const { numbers, total } = phoneList.overview();
    const phones = numbers.filter(isSent).map((number) => [number, renderPhone(phoneList.phone(number))]);
    const data = JSON.stringify({ numbers, total, phones: Object.fromEntries(phones) });
    return `id: ${this.#eventId}\nevent: phones\ndata: ${data}\n\n`;
  }
}
