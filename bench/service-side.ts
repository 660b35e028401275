import { randomInt } from 'node:crypto';
import { BalancedPool, type Dispatcher } from 'undici';
import { z } from 'zod';
import { codeIn } from '../harness/received-code';
import { waitUntil } from '../harness/wait-until';
import { parseVerificationId } from '../src/gateway/ids';
import type { SandboxLine } from './sandbox-process';
import type { Side } from './side';

export interface ServiceAddresses {
  /** The load goes to them in turn. */
  apiUrls: readonly string[];
  apiKey: string;
}

const StartAnswer = z.object({ id: z.string(), status: z.literal('sending') });
const CheckAnswer = z.object({ verified: z.literal(true) });

/** What the load generator can do with the service. */
export interface ServiceSide extends Side {
  /** To be called for each line of the sandbox about a message. */
  onMessage(message: Extract<SandboxLine, { kind: 'message' }>): void;
  close(): Promise<void>;
}

/** Enough that no request waits for a connection. */
const CONNECTIONS = 256;
const DELIVERY_LIMIT_MS = 30_000;

/** Calls the service over HTTP with keep-alive connections, as a backend does. */
export function createServiceSide({ apiUrls, apiKey }: ServiceAddresses): ServiceSide {
  const pool = new BalancedPool([...apiUrls], { connections: CONNECTIONS });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const nextNumber = phoneNumbers();
  /** By number, until the message arrives. */
  const waiting = new Map<string, (code: string) => void>();
  let undelivered = 0;

  async function post<T>(path: string, body: object, status: number, Answer: z.ZodType<T>): Promise<T> {
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
    return expectAnswer(answer, status, Answer);
  }

  return {
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
    onMessage({ to, body, isDelivered }) {
      if (isDelivered) undelivered -= 1;
      else waiting.get(to)?.(codeIn(body) ?? '');
      waiting.delete(to);
    },
    close: () => pool.destroy(),
  };
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
