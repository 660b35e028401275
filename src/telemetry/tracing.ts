import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2/lib/client';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry-v2/lib/worker';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { FastifyInstance } from 'fastify';
import type { TracingSinks } from '../workflows/tracing';
import { PrivateSpanExporter } from './private-spans';
import { traceProviderCalls } from './provider-spans';
import { traceRequests } from './request-spans';
import { TraceparentPropagator } from './traceparent-propagator';
import { workflowSpanSinks } from './workflow-spans';

export interface TracingOptions {
  /** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence. */
  readonly serviceName: string;
  readonly warn: (message: string) => void;
}

/** What records spans, for the parts of a process that have an interface for it. */
export interface Tracing {
  readonly traceRequests: (app: FastifyInstance) => void;
  readonly clientInterceptors: readonly WorkflowClientInterceptor[];
  readonly activityInterceptors: readonly ActivityInterceptorsFactory[];
  readonly workflowSinks: InjectedSinks<TracingSinks>;
  /** Exports the last spans, if the collector takes them in time. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 2_000;
/** While a collector is down, every batch fails. */
const WARNING_INTERVAL_MS = 60_000;

/** Records spans and exports them with OTLP. The SDK reads the OTEL_ variables of the process. */
export function startTracing({ serviceName, warn }: TracingOptions): Tracing {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': serviceName }))
    .merge(detectResources({ detectors: [envDetector] }));
  const processor = new BatchSpanProcessor(new PrivateSpanExporter(new OTLPTraceExporter()));
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  setGlobalErrorHandler(exportWarning(warn));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new TraceparentPropagator());
  trace.setGlobalTracerProvider(provider);
  const stopTracingCalls = traceProviderCalls();

  return {
    traceRequests,
    clientInterceptors: [new OpenTelemetryWorkflowClientInterceptor()],
    activityInterceptors: [
      (activity) => ({
        inbound: new OpenTelemetryActivityInboundInterceptor(activity),
        outbound: new OpenTelemetryActivityOutboundInterceptor(activity),
      }),
    ],
    workflowSinks: workflowSpanSinks(processor, resource),
    async stop() {
      stopTracingCalls();
      const timeout = new Promise((resolve) => setTimeout(resolve, STOP_TIMEOUT_MS).unref());
      await Promise.race([provider.shutdown(), timeout]).catch(() => {});
    },
  };
}

/** The error is left out: its text comes from the collector. */
function exportWarning(warn: (message: string) => void): () => void {
  let lastAt = -WARNING_INTERVAL_MS;
  return () => {
    const now = performance.now();
    if (now - lastAt < WARNING_INTERVAL_MS) return;
    lastAt = now;
    warn('Traces could not be exported (OTEL_EXPORTER_OTLP_ENDPOINT). Spans get lost.');
  };
}
