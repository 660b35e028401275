import { randomInt } from 'node:crypto';
import { Pool, type Dispatcher } from 'undici';
import { z } from 'zod';
import { waitUntil } from '../harness/wait-until';
import { parseVerificationId } from '../src/gateway/ids';
import type { SandboxLine } from './sandbox-process';
import type { Side } from './side';

export interface ServiceAddresses {
  apiUrl: string;
  apiKey: string;
}

const StartAnswer = z.object({ id: z.string(), status: z.literal('sending') });
const CheckAnswer = z.object({ verified: z.literal(true) });

/** Enough that no request waits for a connection. */
const CONNECTIONS = 256;
const DELIVERY_LIMIT_MS = 30_000;

/** Calls the service over HTTP with keep-alive connections, as a backend does. */
export function createServiceSide({ apiUrl, apiKey }: ServiceAddresses) {
  const pool = new Pool(apiUrl, { connections: CONNECTIONS });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const nextNumber = phoneNumbers();
  /** By number, until the message arrives. */
  const waiting = new Map<string, (code: string) => void>();
  let undelivered = 0;

  async function post<T>(path: string, body: object, status: number, Answer: z.ZodType<T>): Promise<T> {
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
    return expectAnswer(answer, status, Answer);
  }

  const side: Side = {
    async start() {
      const phoneNumber = nextNumber();
      const arrivedCode = new Promise<string>((resolve) => void waiting.set(phoneNumber, resolve));
      undelivered += 1;
      const { id } = await post('/verifications', { phoneNumber }, 202, StartAnswer);
      return {
        workflowId: parseVerificationId(id)?.workflowId ?? '',
        messageArrived: arrivedCode,
        check: async () => {
          await post(`/verifications/${id}/check`, { code: await arrivedCode }, 200, CheckAnswer);
        },
      };
    },
    untilIdle: async () => {
      const limits = { what: 'all messages to be delivered', limitMs: DELIVERY_LIMIT_MS };
      await waitUntil(() => undelivered === 0, limits);
    },
  };

  /** To be called for each line of the sandbox about a message. */
  function onMessage({ to, body, isDelivered }: Extract<SandboxLine, { kind: 'message' }>): void {
    if (isDelivered) undelivered -= 1;
    else waiting.get(to)?.(/\d{4,10}/.exec(body)?.[0] ?? '');
    waiting.delete(to);
  }

  return { side, onMessage, close: () => pool.destroy() };
}

async function expectAnswer<T>(answer: Dispatcher.ResponseData, status: number, Answer: z.ZodType<T>) {
  const text = await answer.body.text();
  if (answer.statusCode !== status) throw new Error(`The API answered ${answer.statusCode}: ${text}`);
  return Answer.parse(JSON.parse(text));
}

/** Returns consecutive numbers from a random one, so that a run uses no number twice. */
function phoneNumbers(): () => string {
  let next = randomInt(2_000_000, 9_000_000);
  return () => `+1425${next++}`;
}
