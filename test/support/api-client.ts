/** The fields of a verification or a problem that tests read. An answer is one of the two. */
export interface AnswerBody {
  readonly id: string;
  readonly status: string;
  readonly attemptsRemaining: number;
  readonly verified?: boolean;
  readonly error: { readonly code: string } | null;
  /** The code of a problem. */
  readonly code: string;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly contentType: string | null;
  readonly body: AnswerBody;
}

export interface CallOptions {
  readonly apiKey?: string;
  /** Sent as JSON. A string is sent unchanged. */
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the API and reads the answer, which is JSON or empty. */
export async function callApi(
  method: string,
  url: string,
  { apiKey = 'dev', body, idempotencyKey, headers }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    contentType: response.headers.get('content-type'),
    body: JSON.parse(text || '{}') as AnswerBody,
  };
}
