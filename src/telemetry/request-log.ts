import { type FastifyReply, type FastifyRequest, type FastifyServerOptions, LogController } from 'fastify';
import { parseTraceparent } from '../domain/trace-context';

/** For the lines that Fastify writes by itself: they must not contain a request's path, which has an id and a query. */
export const requestLogging = {
  serializers: {
    req: ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions.url ?? 'unknown' }),
  },
} satisfies FastifyServerOptions['logger'];

/** What the log line of a request says in addition to method, route, status and duration. */
export interface RequestFacts {
  /** The public id of the verification. The line contains only its run id. */
  readonly verificationId?: string;
  /** Default: the trace id of the request's `traceparent`. */
  readonly traceId?: string;
  /** What went wrong: level, message and fields of the line. */
  readonly problem?: {
    readonly level: 'info' | 'warn' | 'error';
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  };
}

const factsOf = new WeakMap<FastifyRequest, RequestFacts>();

/** Adds to the log line of a request. */
export function noteOnRequest(request: FastifyRequest, facts: RequestFacts): void {
  factsOf.set(request, { ...factsOf.get(request), ...facts });
}

/**
 * Logs one line for each request, when its response is complete or its connection is closed. The line has the route and
 * not the path, which contains the verification's id, and nothing of query, headers and body: they can contain codes,
 * capabilities and phone numbers.
 */
export class RequestLog extends LogController {
  /** `runIdOf`: the run id in a public id. The run id alone gives no access to the verification. */
  constructor(private readonly runIdOf: (verificationId: string) => string | undefined = () => undefined) {
    super();
  }

  override incomingRequest(request: FastifyRequest, reply: FastifyReply): void {
    const startedAt = performance.now();
    let isComplete = false;
    reply.raw.once('finish', () => (isComplete = true));
    reply.raw.once('close', () => {
      const durationMs = Math.round(performance.now() - startedAt);
      this.#log(request, reply, { durationMs, ...(isComplete && { status: reply.statusCode }) });
    });
  }

  /** `close` comes later and is certain. */
  override requestCompleted(): void {}

  /** Without a status, the connection was closed before the response was complete. */
  #log(
    request: FastifyRequest,
    reply: FastifyReply,
    outcome: { readonly durationMs: number; readonly status?: number },
  ): void {
    const { verificationId, problem, traceId } = factsOf.get(request) ?? {};
    const runId = verificationId === undefined ? undefined : this.runIdOf(verificationId);
    const trace = traceId ?? parseTraceparent(request.headers['traceparent'])?.traceId;
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      ...outcome,
      ...(trace !== undefined && { trace_id: trace }),
      ...(runId !== undefined && { runId }),
      ...problem?.fields,
    };
    if (problem) reply.log[problem.level](line, problem.message);
    else reply.log.info(line, outcome.status === undefined ? 'request aborted' : 'request completed');
  }
}
