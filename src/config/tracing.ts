import type { SetVariables } from './read-environment';

interface Rule {
  readonly isValid: (value: string) => boolean;
  readonly shape: string;
}

const URL_RULE: Rule = {
  isValid: (value) => /^https?:/i.test(value) && URL.canParse(value),
  shape: 'must be a URL like http://localhost:4318',
};
const PROTOCOL_RULE = oneOf(['http/protobuf']);

/** The SDK would replace such values by defaults, and spans would get lost. */
const rules: Readonly<Record<string, Rule>> = {
  OTEL_EXPORTER_OTLP_ENDPOINT: URL_RULE,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: URL_RULE,
  OTEL_EXPORTER_OTLP_PROTOCOL: PROTOCOL_RULE,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: PROTOCOL_RULE,
  OTEL_TRACES_EXPORTER: oneOf(['otlp', 'none']),
  OTEL_TRACES_SAMPLER: oneOf([
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ]),
  OTEL_TRACES_SAMPLER_ARG: {
    isValid: (value) => Number(value) >= 0 && Number(value) <= 1,
    shape: 'must be a number from 0 to 1',
  },
};

/** Whether the process records traces. */
export function isTracing(variables: Readonly<Record<string, unknown>>): boolean {
  const hasEndpoint =
    variables['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined ||
    variables['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] !== undefined;
  const isDisabled = String(variables['OTEL_SDK_DISABLED']).toLowerCase() === 'true';
  return hasEndpoint && !isDisabled && variables['OTEL_TRACES_EXPORTER'] !== 'none';
}

/** Without traces, nothing reads these variables: a platform may set them for all its processes. */
export function tracingFaults(set: SetVariables): string[] {
  if (!isTracing(set)) return [];
  return Object.entries(rules).flatMap(([name, { isValid, shape }]) => {
    const value = set[name];
    return value === undefined || isValid(value) ? [] : [`${name} ${shape}`];
  });
}

function oneOf(values: readonly string[]): Rule {
  return { isValid: (value) => values.includes(value), shape: `must be ${values.join(' or ')}` };
}
