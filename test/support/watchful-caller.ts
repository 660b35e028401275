import { randomUUID } from 'node:crypto';
import type { SmsSandbox } from '../../sandbox';
import { parseVerificationId } from '../../src/gateway/ids';
import type { Secrets } from './secrets';
import { eventually, receivedCode, uniquePhoneNumber } from './service';

/** Of eight digits, like the codes: not among other numbers by chance. */
export const WRONG_CODE = '97531864';

export interface Place {
  readonly host: string;
  readonly sandbox: SmsSandbox;
  /** The caller's, and another caller's. */
  readonly apiKeys: readonly [string, string];
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Begun {
  readonly phoneNumber: string;
  readonly path: string;
  readonly code: string;
}

/** A caller of the service and the people behind it, which keeps what of their doings must stay secret. */
export class WatchfulCaller {
  constructor(
    readonly place: Place,
    readonly secrets: Secrets,
  ) {}

  number(): string {
    const phoneNumber = uniquePhoneNumber();
    this.secrets.addPhoneNumber(phoneNumber);
    return phoneNumber;
  }

  key(): string {
    const key = randomUUID();
    this.secrets.add('Idempotency-Key', key);
    return key;
  }

  /** An id, and the nonce in it. */
  keepId(id: string): void {
    this.secrets.add('id', id);
    this.secrets.addBytes('nonce', Buffer.from(parseVerificationId(id)?.nonce ?? '', 'base64url'));
  }

  async call(
    method: string,
    path: string,
    payload?: unknown,
    headers: Record<string, string> = {},
    host = this.place.host,
  ): Promise<Answer> {
    const response = await fetch(`http://${host}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.place.apiKeys[0]}`,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined
        ? {}
        : { body: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  /** Asked for, whatever becomes of it. */
  async ask(phoneNumber = this.number(), host = this.place.host, key = this.key()): Promise<string> {
    const { status, body } = await this.call(
      'POST',
      '/verifications',
      { phoneNumber },
      { 'idempotency-key': key },
      host,
    );
    if (status !== 202) throw new Error(`A start was answered ${status}`);
    this.keepId(String(body['id']));
    return `/verifications/${String(body['id'])}`;
  }

  async begin(host = this.place.host, key = this.key()): Promise<Begun> {
    const phoneNumber = this.number();
    const path = await this.ask(phoneNumber, host, key);
    const code = await receivedCode(this.place.sandbox, phoneNumber);
    this.secrets.add('code', code);
    await eventually(async () =>
      (await this.call('GET', path)).body['status'] === 'pending' ? true : undefined,
    );
    return { phoneNumber, path, code };
  }
}

export async function statuses(...answers: Promise<Answer>[]): Promise<number[]> {
  return (await Promise.all(answers)).map(({ status }) => status);
}
