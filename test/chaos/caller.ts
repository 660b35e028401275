import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { API_KEY } from './stage';

const Verification = z.object({
  id: z.string(),
  status: z.string(),
  attemptsRemaining: z.number(),
  verified: z.boolean().optional(),
});
export type Verification = z.infer<typeof Verification>;

interface Answer {
  readonly isOk: boolean;
  readonly status: number;
  readonly retryAfterMs: number;
  readonly text: string;
}

/** As long as a verification can last. */
const PATIENCE_MS = 120_000;
const ANSWER_LIMIT_MS = 15_000;
const RECONNECT_AFTER_MS = 200;

/** A caller as it should be: whatever it asks for has an Idempotency-Key, and is repeated until it is answered. */
export class Caller {
  constructor(
    private readonly apiUrl: string,
    private readonly onAnswer: (verification: Verification) => void,
    /** The first answer to each request gets lost; whoever loses it is told. */
    private readonly onLoss: (() => void) | undefined,
  ) {}

  async start(phoneNumber: string, key: string): Promise<Verification> {
    return this.#read(await this.#untilAnswered('POST', '/verifications', key, { phoneNumber }));
  }

  async look(id: string): Promise<Verification> {
    return this.#read(await this.#untilAnswered('GET', `/verifications/${id}`));
  }

  /** One that has ended is looked at. */
  async check(id: string, code: string, key: string): Promise<Verification> {
    const answer = await this.#untilAnswered('POST', `/verifications/${id}/check`, key, { code });
    return answer.status === 410 ? this.look(id) : this.#read(answer);
  }

  /** @throws Error for an answer that this caller should not get */
  #read({ isOk, text }: Answer): Verification {
    if (!isOk) throw new Error(`the API answered ${text}`);
    const verification = Verification.parse(JSON.parse(text));
    this.onAnswer(verification);
    return verification;
  }

  /** @throws Error when nothing but 503 and broken connections come */
  async #untilAnswered(method: string, path: string, key?: string, body?: object): Promise<Answer> {
    const givesUpAt = Date.now() + PATIENCE_MS;
    if (this.onLoss) {
      await this.#ask(method, path, key, body).catch(() => undefined);
      this.onLoss();
    }
    while (Date.now() < givesUpAt) {
      const answer = await this.#ask(method, path, key, body).catch(() => undefined);
      if (answer && answer.status !== 503) return answer;
      await sleep((answer?.retryAfterMs ?? 0) || RECONNECT_AFTER_MS);
    }
    throw new Error(`${method} was never answered`);
  }

  /** @throws Error when the connection fails before the whole answer is there */
  async #ask(method: string, path: string, key?: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${this.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    return {
      isOk: answer.ok,
      status: answer.status,
      retryAfterMs: Number(answer.headers.get('retry-after')) * 1_000,
      text: await answer.text(),
    };
  }
}
