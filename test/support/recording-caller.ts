import { randomUUID } from 'node:crypto';
import type { SmsSandbox } from '../../sandbox';
import { parseVerificationId } from '../../src/gateway/ids';
import { type Answer, callApi } from './api-client';
import type { Secrets } from './secrets';
import { eventually, receivedCode, uniquePhoneNumber } from './service';

/** It has eight digits, like the codes of these tests. A shorter one could be part of another number by chance. */
export const WRONG_CODE = '97531864';

export interface CallerOptions {
  readonly host: string;
  readonly sandbox: SmsSandbox;
  /** The caller's own key and the key of another caller. */
  readonly apiKeys: readonly [string, string];
}

export interface StartedVerification {
  readonly phoneNumber: string;
  readonly path: string;
  readonly code: string;
}

/** A caller of the service that records all secrets that it sends or receives. */
export class RecordingCaller {
  constructor(
    readonly options: CallerOptions,
    readonly secrets: Secrets,
  ) {}

  newPhoneNumber(): string {
    const phoneNumber = uniquePhoneNumber();
    this.secrets.addPhoneNumber(phoneNumber);
    return phoneNumber;
  }

  newIdempotencyKey(): string {
    const key = randomUUID();
    this.secrets.add('Idempotency-Key', key);
    return key;
  }

  /** Records an id and the nonce in it. */
  recordId(id: string): void {
    this.secrets.add('id', id);
    this.secrets.addBytes('nonce', Buffer.from(parseVerificationId(id)?.nonce ?? '', 'base64url'));
  }

  async call(
    method: string,
    path: string,
    payload?: unknown,
    headers: Record<string, string> = {},
    host = this.options.host,
  ): Promise<Answer> {
    return callApi(method, `http://${host}${path}`, {
      apiKey: this.options.apiKeys[0],
      body: payload,
      headers,
    });
  }

  /** Starts a verification and returns its path. The message may fail. */
  async start(
    phoneNumber = this.newPhoneNumber(),
    host = this.options.host,
    idempotencyKey = this.newIdempotencyKey(),
  ): Promise<string> {
    const { status, body } = await this.call(
      'POST',
      '/verifications',
      { phoneNumber },
      { 'idempotency-key': idempotencyKey },
      host,
    );
    if (status !== 202) throw new Error(`A start was answered ${status}`);
    this.recordId(body.id);
    return `/verifications/${body.id}`;
  }

  /** Starts a verification and waits until its message has arrived and it is pending. */
  async startPending(
    host = this.options.host,
    idempotencyKey = this.newIdempotencyKey(),
  ): Promise<StartedVerification> {
    const phoneNumber = this.newPhoneNumber();
    const path = await this.start(phoneNumber, host, idempotencyKey);
    const code = await receivedCode(this.options.sandbox, phoneNumber);
    this.secrets.add('code', code);
    await eventually(async () => (await this.call('GET', path)).body.status === 'pending');
    return { phoneNumber, path, code };
  }
}

export async function statuses(...answers: Promise<Answer>[]): Promise<number[]> {
  return (await Promise.all(answers)).map(({ status }) => status);
}
