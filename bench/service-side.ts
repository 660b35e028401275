import { randomInt } from 'node:crypto';
import { Pool, type Dispatcher } from 'undici';
import { z } from 'zod';
import { receivedCode } from '../harness/received-code';
import type { SmsSandbox } from '../sandbox';
import { parseVerificationId } from '../src/gateway/ids';
import type { Side } from './side';

export interface ServiceAddresses {
  apiUrl: string;
  apiKey: string;
  /** Runs in this process, which therefore notices a message at once, without polling. */
  sandbox: SmsSandbox;
}

const StartAnswer = z.object({ id: z.string(), status: z.literal('sending') });
const CheckAnswer = z.object({ verified: z.literal(true) });

/** Enough that no request waits for a connection. */
const CONNECTIONS = 256;

/** Calls the service over HTTP with keep-alive connections, as a backend does. */
export function createServiceSide({ apiUrl, apiKey, sandbox }: ServiceAddresses) {
  const pool = new Pool(apiUrl, { connections: CONNECTIONS });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const nextNumber = phoneNumbers();

  async function post<T>(path: string, body: object, status: number, Answer: z.ZodType<T>): Promise<T> {
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
    return expectAnswer(answer, status, Answer);
  }

  const side: Side = {
    async start() {
      const phoneNumber = nextNumber();
      const hold = sandbox.hold('recorded', phoneNumber);
      const { id } = await post('/verifications', { phoneNumber }, 202, StartAnswer);
      return {
        workflowId: parseVerificationId(id)?.workflowId ?? '',
        messageArrived: hold.untilHeld().then(() => hold.release()),
        check: async () => {
          const code = receivedCode(sandbox, phoneNumber);
          await post(`/verifications/${id}/check`, { code }, 200, CheckAnswer);
        },
      };
    },
  };
  return { side, close: () => pool.destroy() };
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
