import { z } from 'zod';
import { codeIn } from '../../harness/received-code';
import { waitUntil } from '../../harness/wait-until';
import type { DevInstance } from './dev-instance';

const LIMIT_MS = 20_000;
const Verification = z.object({ id: z.string(), status: z.string() });
const Inbox = z.array(z.object({ body: z.string() }));
const HEADERS = { authorization: 'Bearer dev', 'content-type': 'application/json' };

/** Calls the API of an instance, as a backend does. */
export class Verifications {
  constructor(private readonly instance: DevInstance) {}

  /** Starts a verification and waits for its message. Returns its id and its code. */
  async start(phoneNumber: string): Promise<{ id: string; code: string }> {
    const { id } = await this.#call('POST', '', { phoneNumber });
    await waitUntil(async () => (await this.#call('GET', `/${id}`)).status !== 'sending', {
      what: 'the message',
      limitMs: LIMIT_MS,
    });
    return { id, code: await this.#code(phoneNumber) };
  }

  async check(id: string, code: string): Promise<void> {
    await this.#call('POST', `/${id}/check`, { code });
  }

  async cancel(id: string): Promise<void> {
    await this.#call('DELETE', `/${id}`);
  }

  async #code(phoneNumber: string): Promise<string> {
    const response = await fetch(`${this.instance.phoneUrl}/inbox/${encodeURIComponent(phoneNumber)}`);
    const [newest] = Inbox.parse(await response.json());
    return codeIn(newest?.body ?? '') ?? '';
  }

  async #call(method: string, path: string, body?: object): Promise<z.infer<typeof Verification>> {
    const response = await fetch(`${this.instance.apiUrl}/verifications${path}`, {
      method,
      headers: HEADERS,
      ...(body && { body: JSON.stringify(body) }),
    });
    return Verification.parse(await response.json());
  }
}
