import {
  defaultPayloadConverter,
  proxySinks,
  workflowInfo,
  type Headers,
  type Sinks,
  type WorkflowInterceptors,
} from '@temporalio/workflow';
import { formatTraceparent, parseTraceparent, type TraceContext } from '../domain/trace-context';

/** A finished span of a workflow. The worker exports it. */
export interface WorkflowSpan extends TraceContext {
  readonly name: string;
  readonly parentSpanId: string;
  readonly runId: string;
  /** The span of the run, for a span that may belong to another trace. */
  readonly link?: TraceContext | undefined;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly failed: boolean;
}

export interface TracingSinks extends Sinks {
  readonly tracing: { spanEnded(span: WorkflowSpan): void };
}

/** The header of Temporal's own interceptors. It is not encrypted. */
const TRACE_HEADER = '_tracer-data';
const SPAN_ID_LENGTH = 16;

/**
 * Passes the trace on from a request to the activity, with a span for the run and for each Signal and Update. Does
 * nothing without a trace header. Temporal's own interceptors are not used here: they delay the result of an Update by
 * a few promises, so a history recorded without them can't be replayed with them. These change no promise and no order
 * of commands, and draw no random number, so they can be switched on and off at any time.
 */
export function interceptors(): WorkflowInterceptors {
  const sinks = proxySinks<TracingSinks>();
  let run: TraceContext | undefined;
  let spanCount = 0;
  /** The span of the handler whose synchronous part runs now. */
  let handler: TraceContext | undefined;

  return {
    inbound: [
      {
        execute(input, next) {
          const parent = readTraceHeader(input.headers);
          run = parent && childOf(parent);
          return record(`RunWorkflow:${workflowInfo().workflowType}`, parent, run, () => next(input));
        },
        handleSignal: (input, next) =>
          handle(`HandleSignal:${input.signalName}`, input.headers, () => next(input)),
        handleUpdate: (input, next) => handle(`HandleUpdate:${input.name}`, input.headers, () => next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity(input, next) {
          const parent = handler ?? run;
          return next(parent ? { ...input, headers: withTraceHeader(input.headers, parent) } : input);
        },
      },
    ],
  };

  function handle<T>(name: string, headers: Headers, fn: () => Promise<T>): Promise<T> {
    const parent = readTraceHeader(headers);
    const span = parent && childOf(parent);
    handler = span;
    try {
      return record(name, parent, span, fn, run);
    } finally {
      handler = undefined;
    }
  }

  /** Returns the promise of `fn` itself: another one would be late by a microtask. */
  function record<T>(
    name: string,
    parent: TraceContext | undefined,
    span: TraceContext | undefined,
    fn: () => Promise<T>,
    link?: TraceContext,
  ): Promise<T> {
    const startedAt = Date.now();
    const result = fn();
    if (parent?.sampled !== true || span === undefined) return result;
    const end = (failed: boolean) =>
      sinks.tracing.spanEnded({
        ...span,
        name,
        parentSpanId: parent.spanId,
        runId: workflowInfo().runId,
        link,
        startedAt,
        endedAt: Date.now(),
        failed,
      });
    void result.then(
      () => end(false),
      () => end(true),
    );
    return result;
  }

  /** The end of the run id is random. The count makes the ids of its spans differ, and a replay repeats it. */
  function childOf({ traceId, sampled }: TraceContext): TraceContext {
    const seed = BigInt(`0x${workflowInfo().runId.replaceAll('-', '').slice(-SPAN_ID_LENGTH)}`);
    const spanId = (seed ^ BigInt(spanCount++)).toString(16).padStart(SPAN_ID_LENGTH, '0');
    return { traceId, spanId, sampled };
  }
}

/** Whoever can write to the namespace can send any header: one that can't be read is ignored. */
function readTraceHeader(headers: Headers): TraceContext | undefined {
  const payload = headers[TRACE_HEADER];
  if (payload === undefined) return undefined;
  try {
    const carrier: unknown = defaultPayloadConverter.fromPayload(payload);
    return parseTraceparent(
      typeof carrier === 'object' && carrier !== null ? Reflect.get(carrier, 'traceparent') : undefined,
    );
  } catch {
    return undefined;
  }
}

function withTraceHeader(headers: Headers, parent: TraceContext): Headers {
  const carrier = { traceparent: formatTraceparent(parent) };
  return { ...headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload(carrier) };
}
