import { text } from '../fields';
import { documentation } from '../documentation';

/** The OpenTelemetry SDK defines and reads these variables. */
export const tracing = {
  OTEL_EXPORTER_OTLP_ENDPOINT: text.optional().register(documentation, {
    description: 'The base URL of an OTLP receiver. With it, API and worker record [traces](traces.md).',
    rules: ['Traces are sent to `/v1/traces` below it.'],
    default: 'none: no traces',
    example: 'http://localhost:4318',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text.optional().register(documentation, {
    description: 'The URL to which traces are sent, with its path. It switches traces on, too.',
    default: '`/v1/traces` below `OTEL_EXPORTER_OTLP_ENDPOINT`',
    example: 'http://localhost:4318/v1/traces',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: text.optional().register(documentation, {
    isSecret: true,
    description: 'Headers for the OTLP receiver, for example its key.',
    example: 'api-key=secret,other=value',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: text.optional().register(documentation, {
    description: 'The protocol. Only `http/protobuf` is supported, and not `grpc`.',
    default: '`http/protobuf`',
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: text.optional().register(documentation, {
    description: 'The protocol for traces only.',
    default: '`http/protobuf`',
  }),
  OTEL_SERVICE_NAME: text.optional().register(documentation, {
    description: 'The name of the service in its spans.',
    default: '`phone-verification-api`, `phone-verification-worker`',
  }),
  OTEL_RESOURCE_ATTRIBUTES: text.optional().register(documentation, {
    description: 'More attributes of the process that all its spans have.',
    example: 'deployment.environment.name=production',
  }),
  OTEL_TRACES_SAMPLER: text.optional().register(documentation, {
    description: 'Which traces are recorded.',
    rules: [
      '`always_on`, `always_off`, `traceidratio`, or one of them after `parentbased_`.',
      'With `parentbased_`, the caller decides for requests with a `traceparent`.',
    ],
    default: '`parentbased_always_on`: all, unless the caller decides otherwise',
  }),
  OTEL_TRACES_SAMPLER_ARG: text.optional().register(documentation, {
    description: 'The share of the traces that a sampler with `traceidratio` records.',
    default: '`1`',
    example: '0.05',
  }),
  OTEL_TRACES_EXPORTER: text.optional().register(documentation, {
    description: '`none` switches traces off.',
    default: '`otlp`',
  }),
  OTEL_SDK_DISABLED: text.optional().register(documentation, {
    description: '`true` switches traces off.',
    default: '`false`',
  }),
};
