import { SpanStatusCode, type Attributes, type AttributeValue } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/**
 * The only attributes that leave the process. The interceptors of Temporal set others: workflow IDs, which are
 * digests of numbers, and update IDs, which are digests of Idempotency-Keys.
 */
const ATTRIBUTES = [
  'error.type',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'run_id',
  'server.address',
  'server.port',
  'url.scheme',
];
const EXCEPTION_TYPE = 'exception.type';
/** A class or a code, such as `VerificationError`, `not_found`, `ECONNREFUSED` or gRPC's `14`. */
const ERROR_TYPE = /^(?:[A-Za-z]\w{0,63}|\d{1,3})$/;

/** Answers of Temporal that are no failure: a new number, a number with an open run, a refusal of the workflow. */
const EXPECTED: readonly unknown[] = [
  'WorkflowNotFoundError',
  'WorkflowExecutionAlreadyStartedError',
  'WorkflowUpdateFailedError',
];

/** Exports spans without anything that could be personal or secret, such as the messages of errors. */
export class PrivateSpanExporter implements SpanExporter {
  constructor(private readonly exporter: SpanExporter) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.exporter.export(spans.map(privateSpan), done);
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.exporter.shutdown();
  }
}

function privateSpan(span: ReadableSpan): ReadableSpan {
  const attributes = { ...pick(span.attributes, ATTRIBUTES), ...errorType(span) };
  const isExpected = EXPECTED.includes(attributes['error.type']);
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext && { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: { code: isExpected ? SpanStatusCode.UNSET : span.status.code },
    attributes,
    links: span.links.map(({ context }) => ({ context })),
    events: [],
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function pick(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(names.flatMap((name) => (name in attributes ? [[name, attributes[name]]] : [])));
}

/** The class or code of the error that a span recorded. The event itself has the error's message and stack. */
function errorType({ events }: ReadableSpan): Attributes {
  const type: AttributeValue | undefined = events.find(({ name }) => name === 'exception')?.attributes?.[
    EXCEPTION_TYPE
  ];
  return typeof type === 'string' && ERROR_TYPE.test(type) ? { 'error.type': type } : {};
}
