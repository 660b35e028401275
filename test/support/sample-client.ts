import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** An answer to a start must have exactly these fields. */
const Instance = z.strictObject({
  id: z.string(),
  statusQueryGetUri: z.string(),
  sendEventPostUri: z.string(),
  terminatePostUri: z.string(),
});
export type Instance = z.infer<typeof Instance>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The key of a start, in the query or in a header. Other requests need no key. */
export interface StartKey {
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const JSON_BODY = { 'content-type': 'application/json' };
/** Headers of the connection, which differ between answers. */
const HOP_HEADERS = ['connection', 'keep-alive', 'date', 'transfer-encoding'];

/**
 * A client for the Durable Functions sample. It only knows a host name and the sample's documentation: it uses the URLs
 * of the answers, replaces their placeholders, and obeys Retry-After.
 */
export class SampleClient {
  constructor(
    private readonly host: string,
    private readonly key: StartKey = {},
  ) {}

  async start(phoneNumber: string): Promise<{ answer: Answer; instance: Instance }> {
    const answer = await this.tryStart(JSON.stringify(phoneNumber));
    return { answer, instance: Instance.parse(JSON.parse(answer.body)) };
  }

  tryStart(body: string): Promise<Answer> {
    const { query = '', headers = {} } = this.key;
    const url = `http://${this.host}/orchestrators/E4_SmsPhoneVerification${query}`;
    return send('POST', url, { ...JSON_BODY, ...headers }, body);
  }

  /** Sends the digits of the message unchanged. With leading zeros, they are not JSON. */
  respond({ sendEventPostUri }: Instance, code: string): Promise<Answer> {
    return send('POST', sendEventPostUri.replace('{eventName}', 'SmsChallengeResponse'), JSON_BODY, code);
  }

  terminate({ terminatePostUri }: Instance, reason: string): Promise<Answer> {
    return send('POST', terminatePostUri.replace('{text}', encodeURIComponent(reason)));
  }

  status({ statusQueryGetUri }: Instance): Promise<Answer> {
    return send('GET', statusQueryGetUri);
  }

  /** Repeats the request while the answer is 202, each time after its Retry-After. */
  async statusWhenEnded(instance: Instance): Promise<Answer> {
    for (;;) {
      const answer = await this.status(instance);
      if (answer.status !== 202) return answer;
      await sleep(Number(answer.headers['retry-after']) * 1_000);
    }
  }
}

async function send(
  method: 'GET' | 'POST',
  url: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !HOP_HEADERS.includes(name))),
    body: await response.text(),
  };
}
