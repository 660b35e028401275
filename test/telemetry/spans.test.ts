import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { request } from 'undici';
import { PrivateSpanExporter } from '../../src/telemetry/private-spans';
import { traceProviderCalls } from '../../src/telemetry/provider-spans';
import { TraceparentPropagator } from '../../src/telemetry/traceparent-propagator';

const SECRET = '+14255550123';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

const exported = new InMemorySpanExporter();
const tracer = trace.getTracer('test');
let stopTracingCalls: () => void;

beforeAll(() => {
  const spanProcessors = [new SimpleSpanProcessor(new PrivateSpanExporter(exported))];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new TraceparentPropagator());
  stopTracingCalls = traceProviderCalls();
});

beforeEach(() => exported.reset());

afterAll(() => {
  stopTracingCalls();
  context.disable();
});

test('an exported span has none of the texts that a library may put into it', () => {
  const span = tracer.startSpan('name');
  span.setAttributes({ 'url.full': SECRET, temporalWorkflowId: SECRET, 'http.route': '/verifications/:id' });
  span.addEvent(SECRET, { [SECRET]: SECRET });
  span.recordException(Object.assign(new Error(SECRET), { code: 'not_found' }));
  span.setStatus({ code: SpanStatusCode.ERROR, message: SECRET });
  span.addLink({ context: span.spanContext(), attributes: { text: SECRET } });
  span.end();

  const spans = exported.getFinishedSpans();
  expect(spans).toMatchObject([
    {
      name: 'name',
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'http.route': '/verifications/:id', 'error.type': 'not_found' },
      links: [{ context: span.spanContext() }],
    },
  ]);
  expect(JSON.stringify(spans)).not.toContain(SECRET);
});

test('the type of an error is exported only if it is a name or a short code', () => {
  for (const code of [SECRET, SECRET.slice(1), 'ECONNREFUSED', 14]) {
    const span = tracer.startSpan('name');
    span.recordException({ code, message: 'message' });
    span.end();
  }

  expect(exported.getFinishedSpans().map(({ attributes }) => attributes['error.type'])).toEqual([
    undefined,
    undefined,
    'ECONNREFUSED',
    '14',
  ]);
});

test('a number without a verification is no failed span', () => {
  const span = tracer.startSpan('DescribeWorkflow');
  span.recordException({ name: 'WorkflowNotFoundError', message: 'message' });
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();

  expect(exported.getFinishedSpans()).toMatchObject([{ status: { code: SpanStatusCode.UNSET } }]);
});

describe('a call to the provider', () => {
  let provider: Server;
  let url: string;
  const received: IncomingHttpHeaders[] = [];

  /** A request of a caller that sends a number in every header. */
  const caller = propagation.extract.bind(propagation, ROOT_CONTEXT, {
    traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
    tracestate: `vendor=${SECRET}`,
    baggage: `to=${SECRET}`,
  });

  async function call(): Promise<void> {
    await (await request(`${url}/Messages.json?To=${SECRET}`)).body.dump();
  }

  beforeAll(async () => {
    provider = createServer((incoming, response) => {
      received.push(incoming.headers);
      response.statusCode = 429;
      response.end('{}');
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  });

  beforeEach(() => received.splice(0));
  afterAll(() => provider.close());

  test('is a span of the active trace, and takes only its traceparent along', async () => {
    await context.with(caller(), call);

    const [span] = exported.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'GET',
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 429,
        'error.type': '429',
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(url).port),
        'url.scheme': 'http',
      },
    });
    const spanId = span?.spanContext().spanId ?? '';
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ traceparent: `00-${TRACE_ID}-${spanId}-01` });
    expect(Object.keys(received[0] ?? {})).not.toEqual(expect.arrayContaining(['tracestate']));
    expect(JSON.stringify([received, span])).not.toContain(SECRET.slice(1));
  });

  test('is no span outside of a trace', async () => {
    await call();

    expect(exported.getFinishedSpans()).toEqual([]);
    expect(received[0]).not.toHaveProperty('traceparent');
  });

  test('that gets no connection is a failed span with the reason', async () => {
    await expect(context.with(caller(), () => request('http://127.0.0.1:1'))).rejects.toThrow('ECONNREFUSED');

    expect(exported.getFinishedSpans()).toMatchObject([
      { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'ECONNREFUSED' } },
    ]);
  });
});
