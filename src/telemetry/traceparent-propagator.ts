import {
  isSpanContextValid,
  trace,
  TraceFlags,
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';
import { formatTraceparent, parseTraceparent } from '../domain/trace-context';

const HEADER = 'traceparent';

/**
 * Passes on `traceparent` alone. `tracestate` and `baggage` can contain any text of the caller, and Temporal stores
 * headers unencrypted.
 */
export class TraceparentPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const current = trace.getSpanContext(context);
    if (current === undefined || !isSpanContextValid(current)) return;
    const sampled = (current.traceFlags & TraceFlags.SAMPLED) !== 0;
    setter.set(carrier, HEADER, formatTraceparent({ ...current, sampled }));
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const parent = parseTraceparent(getter.get(carrier, HEADER));
    if (parent === undefined) return context;
    const { traceId, spanId, sampled } = parent;
    const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return trace.setSpanContext(context, { traceId, spanId, traceFlags, isRemote: true });
  }

  fields(): string[] {
    return [HEADER];
  }
}
