import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** The parts of OTLP that the tests read: opentelemetry-proto, trace/v1/trace.proto. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9; repeated Link links = 13; Status status = 15;
  }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; } }
`);
const ExportRequest = root.lookupType('ExportTraceServiceRequest');

interface KeyValues {
  attributes?: { key: string; value: Record<string, unknown> }[];
}

interface Exported {
  resourceSpans: {
    resource: KeyValues;
    scopeSpans: { spans: (KeyValues & Record<string, string> & { links?: { spanId: string }[] })[] }[];
  }[];
}

export interface ReceivedSpan {
  readonly service: unknown;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for none. */
  readonly parentSpanId: string;
  readonly attributes: Record<string, unknown>;
  /** The span ids of its links. */
  readonly links: string[];
  /** Nanoseconds since the epoch. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
}

/** An OTLP receiver (HTTP, protobuf) that keeps all spans. */
export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Everything that was sent, as bytes, with headers. */
  readonly received: () => Buffer;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const chunks: Buffer[] = [];
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(body);
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      chunks.push(Buffer.from(JSON.stringify([request.url, request.headers])), bytes);
      spans.push(...spansIn(bytes));
      response.setHeader('content-type', 'application/x-protobuf').end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    received: () => Buffer.concat(chunks),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function spansIn(bytes: Buffer): ReceivedSpan[] {
  const { resourceSpans } = ExportRequest.toObject(ExportRequest.decode(bytes), {
    longs: String,
    bytes: String,
    arrays: true,
    defaults: false,
  }) as Exported;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        service: valuesOf(resource)['service.name'],
        name: span['name'] ?? '',
        traceId: hex(span['traceId']),
        spanId: hex(span['spanId']),
        parentSpanId: hex(span['parentSpanId']),
        attributes: valuesOf(span),
        links: (span.links ?? []).map((link) => hex(link.spanId)),
        startedAt: BigInt(span['startTimeUnixNano'] ?? 0),
        endedAt: BigInt(span['endTimeUnixNano'] ?? 0),
      })),
    ),
  );
}

function valuesOf({ attributes = [] }: KeyValues): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function hex(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
