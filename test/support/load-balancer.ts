import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, callApi, type CallOptions } from './api-client';
import type { RunningApi } from './running-service';

const RECONNECT_AFTER_MS = 200;
/** Longer than every restart on a busy machine. */
const TIME_LIMIT_MS = 60_000;

/** One try of a request that got no answer, or one with a 5xx status. */
export interface FailedTry {
  /** Method and path. */
  readonly request: string;
  /** Undefined if the connection was refused or reset. */
  readonly answer: Answer | undefined;
  readonly at: number;
}

/**
 * The callers of several APIs behind a load balancer, which sends each request to the next API. A caller repeats a failed
 * request with its Idempotency-Key after `Retry-After`, as docs/api.md asks.
 */
export class LoadBalancer {
  readonly failedTries: FailedTry[] = [];
  /** The largest number of repeats that one request needed after it was answered with a 5xx status. */
  mostRepeats = 0;
  #turn = 0;
  readonly #tries = new Set<Promise<unknown>>();

  constructor(private apis: readonly RunningApi[]) {}

  /** Sends all further requests, also repeats, to these APIs, and waits until all earlier ones have ended. */
  async use(...apis: RunningApi[]): Promise<void> {
    this.apis = apis;
    await Promise.all(this.#tries);
  }

  /** @throws Error if no try is answered with another status than 5xx within 60 s */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const deadline = Date.now() + TIME_LIMIT_MS;
    let repeats = 0;
    while (Date.now() < deadline) {
      const answer = await this.#try(method, path, options);
      if (answer && answer.status < 500) return answer;
      this.failedTries.push({ request: `${method} ${path}`, answer, at: Date.now() });
      if (answer) this.mostRepeats = Math.max(this.mostRepeats, ++repeats);
      await sleep(Number(answer?.retryAfter ?? 0) * 1_000 || RECONNECT_AFTER_MS);
    }
    throw new Error(`${method} ${path} was never answered`);
  }

  /** Undefined if the connection was refused or reset. */
  async #try(method: string, path: string, options: CallOptions): Promise<Answer | undefined> {
    const answer = callApi(method, `${this.#next().url}${path}`, options).catch(() => undefined);
    this.#tries.add(answer);
    return answer.finally(() => this.#tries.delete(answer));
  }

  #next(): RunningApi {
    const api = this.apis[this.#turn++ % this.apis.length];
    if (api === undefined) throw new Error('the load balancer has no API');
    return api;
  }
}
