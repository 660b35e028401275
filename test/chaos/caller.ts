import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { API_KEY } from './breakable-service';

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
  readonly body: string;
}

/** The longest duration of a verification. */
const TIME_LIMIT_MS = 120_000;
const ANSWER_LIMIT_MS = 15_000;
const RECONNECT_AFTER_MS = 200;

/** As the documentation recommends, sends an Idempotency-Key with each request and repeats it until it is answered. */
export class Caller {
  constructor(
    private readonly apiUrl: string,
    private readonly onAnswer: (verification: Verification) => void,
    /** If set, the first answer to each request is ignored, and this is called. */
    private readonly onLoss: (() => void) | undefined,
  ) {}

  async start(phoneNumber: string, key: string): Promise<Verification> {
    return this.#read(await this.#untilAnswered('POST', '/verifications', key, { phoneNumber }));
  }

  async get(id: string): Promise<Verification> {
    return this.#read(await this.#untilAnswered('GET', `/verifications/${id}`));
  }

  /** Returns the ended verification if the check gets 410. */
  async check(id: string, code: string, key: string): Promise<Verification> {
    const answer = await this.#untilAnswered('POST', `/verifications/${id}/check`, key, { code });
    return answer.status === 410 ? this.get(id) : this.#read(answer);
  }

  /** @throws Error if the answer is not a success */
  #read({ isOk, body }: Answer): Verification {
    if (!isOk) throw new Error(`the API answered ${body}`);
    const verification = Verification.parse(JSON.parse(body));
    this.onAnswer(verification);
    return verification;
  }

  /** @throws Error if every attempt until the time limit fails or gets 503 */
  async #untilAnswered(method: string, path: string, key?: string, body?: object): Promise<Answer> {
    const deadline = Date.now() + TIME_LIMIT_MS;
    if (this.onLoss) {
      await this.#send(method, path, key, body).catch(() => undefined);
      this.onLoss();
    }
    while (Date.now() < deadline) {
      const answer = await this.#send(method, path, key, body).catch(() => undefined);
      if (answer && answer.status !== 503) return answer;
      await sleep((answer?.retryAfterMs ?? 0) || RECONNECT_AFTER_MS);
    }
    throw new Error(`${method} was never answered`);
  }

  /** @throws Error if the connection fails before the answer is complete */
  async #send(method: string, path: string, key?: string, body?: object): Promise<Answer> {
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
      body: await answer.text(),
    };
  }
}
