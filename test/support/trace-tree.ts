import type { ReceivedSpan } from './otlp-receiver';

/** The spans of a trace as indented lines, each below its parent, in the order of their starts. */
export function traceTree(spans: readonly ReceivedSpan[], traceId: string): string[] {
  const inTrace = spans
    .filter((span) => span.traceId === traceId)
    .toSorted((one, other) => Number(one.startedAt - other.startedAt));
  const known = new Set(inTrace.map(({ spanId }) => spanId));

  function linesOf({ spanId, name }: ReceivedSpan, depth: number): string[] {
    return [
      `${'  '.repeat(depth)}${name}`,
      ...childrenOf(spanId).flatMap((child) => linesOf(child, depth + 1)),
    ];
  }
  function childrenOf(id: string): ReceivedSpan[] {
    return inTrace.filter(({ parentSpanId }) => parentSpanId === id);
  }
  // The parents of the others are not spans of the service, but spans of its callers.
  return inTrace.filter(({ parentSpanId }) => !known.has(parentSpanId)).flatMap((span) => linesOf(span, 0));
}
