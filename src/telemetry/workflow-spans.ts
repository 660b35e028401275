import { SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { InjectedSinks } from '@temporalio/worker';
import type { TraceContext } from '../domain/trace-context';
import type { TracingSinks, WorkflowSpan } from '../workflows/tracing';

/** Takes the spans of workflows from the workflow sandbox, where the OpenTelemetry SDK is not loaded. */
export function workflowSpanSinks(processor: SpanProcessor, resource: Resource): InjectedSinks<TracingSinks> {
  return {
    tracing: {
      spanEnded: {
        fn: (_info, span) => processor.onEnd(readableSpan(span, resource)),
        callDuringReplay: false,
      },
    },
  };
}

function readableSpan(span: WorkflowSpan, resource: Resource): ReadableSpan {
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => spanContext(span),
    parentSpanContext: spanContext({ ...span, spanId: span.parentSpanId }),
    startTime: millisToHrTime(span.startedAt),
    endTime: millisToHrTime(span.endedAt),
    duration: durationOf(span),
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: { run_id: span.runId },
    links: span.link ? [{ context: spanContext(span.link) }] : [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'phone-verification/workflow' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function durationOf({ startedAt, endedAt }: WorkflowSpan): HrTime {
  return millisToHrTime(endedAt - startedAt);
}

function spanContext({ traceId, spanId, sampled }: TraceContext): SpanContext {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE };
}
