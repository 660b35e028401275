import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';

/** What undici publishes about a request, as far as it is used here. */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
  addHeader(name: string, value: string): void;
}
interface Published {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

const FIRST_ERROR = 400;
/** A code or a name, as Node, OpenSSL and undici have them. Anything else could be content. */
const ERROR_TYPE = /^[A-Za-z]\w{0,63}$/;

/**
 * Records a span for each call to the SMS provider that an activity makes, and sends `traceparent` with it. The span
 * has no path and no query, which contain the account and the phone number. Returns a function that ends this.
 *
 * undici publishes what it does: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
 */
export function traceProviderCalls(): () => void {
  const tracer = trace.getTracer('phone-verification/provider');
  const spans = new WeakMap<UndiciRequest, Span>();

  const listeners = {
    'undici:request:create': ({ request }: Published) => {
      // A call outside of a trace, such as the check of the credentials, is not traced.
      if (trace.getActiveSpan() === undefined) return;
      const { protocol, hostname, port } = new URL(request.origin);
      const span = tracer.startSpan(request.method, {
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': request.method,
          'url.scheme': protocol.slice(0, -1),
          'server.address': hostname,
          'server.port': Number(port) || (protocol === 'http:' ? 80 : 443),
        },
      });
      spans.set(request, span);
      propagation.inject(trace.setSpan(context.active(), span), request, {
        set: (to, name, value) => to.addHeader(name, value),
      });
    },
    'undici:request:headers': ({ request, response }: Published) => {
      const status = response?.statusCode ?? 0;
      const span = spans.get(request)?.setAttribute('http.response.status_code', status);
      if (status >= FIRST_ERROR)
        span?.setAttribute('error.type', String(status)).setStatus({ code: SpanStatusCode.ERROR });
    },
    'undici:request:trailers': ({ request }: Published) => spans.get(request)?.end(),
    'undici:request:error': ({ request, error }: Published) => {
      const span = spans.get(request);
      span?.setAttribute('error.type', errorType(error)).setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
    },
  };

  const subscriptions = Object.entries(listeners).map(([channel, listener]) => {
    // The channels belong to undici: it defines what they publish.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const onMessage = (message: unknown) => listener(message as Published);
    subscribe(channel, onMessage);
    return () => unsubscribe(channel, onMessage);
  });
  return () => subscriptions.forEach((end) => end());
}

/** The code of a system error, or the name of another one. */
function errorType(error: unknown): string {
  const candidates = ['code', 'name'].map((key) =>
    typeof error === 'object' && error !== null ? (Reflect.get(error, key) as unknown) : undefined,
  );
  const type = candidates.find((value) => typeof value === 'string' && ERROR_TYPE.test(value));
  return typeof type === 'string' ? type : 'unknown';
}
