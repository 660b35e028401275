import { z } from 'zod';
import type { VariableGroup } from './documentation';
import { development, executables } from './variables/development';
import { durableFunctions } from './variables/durable-functions';
import { http } from './variables/http';
import { limits } from './variables/limits';
import { numbers } from './variables/numbers';
import { operators } from './variables/operators';
import { secrets } from './variables/secrets';
import { temporal } from './variables/temporal';
import { tenants } from './variables/tenants';
import { tracing } from './variables/tracing';
import { tryItPage } from './variables/try-it-page';
import { twilio } from './variables/twilio';
import { verification } from './variables/verification';

/** All variables of the API, the worker and the operator commands. The configuration of each picks those it reads. */
export const environment = z.object({
  ...secrets,
  ...http,
  ...temporal,
  ...twilio,
  ...verification,
  ...limits,
  ...numbers,
  ...operators,
  ...tracing,
  ...durableFunctions,
  ...tryItPage,
  ...tenants,
});

/** All variables, in the order of docs/configuration.md. */
export const variableGroups: readonly VariableGroup[] = [
  { title: 'Secrets', variables: secrets },
  { title: 'HTTP', variables: http },
  {
    title: 'Temporal',
    introduction: [
      'The variables of the connection are those of every Temporal SDK: see ' +
        '[Environment configuration](https://docs.temporal.io/develop/environment-configuration). ' +
        '`TEMPORAL_GRPC_META_<NAME>` adds a header to every request to Temporal.',
    ],
    variables: temporal,
  },
  { title: 'Twilio', variables: twilio },
  { title: 'Verification', variables: verification },
  {
    title: 'Limits and budgets',
    introduction: [
      'A limit is a number and a period: `600/1m` is 600 in one minute. Units are `s`, `m`, `h` and `d`. ' +
        'A period is at most 24 days. `off` switches a limit off. `TEXTS_PER_SECOND` is only a number.',
      'A limit counts the requests of one caller or end user, or the messages to one number. A budget counts the ' +
        'messages to many numbers: a country or a block. Only starts and resends count. ' +
        'Above a limit or budget, the answer is `429` with the code `rate_limited`.',
      '`COUNTRY_BUDGET` and `PREFIX_BUDGET` count resends but never refuse them. A start that ' +
        'creates no verification, for example because one is already open, does not count towards them.',
    ],
    variables: limits,
  },
  { title: 'Numbers', variables: numbers },
  { title: 'Tenants', variables: tenants },
  { title: 'Encryption and operators', variables: operators },
  {
    title: 'Traces',
    introduction: [
      'These are the variables of every OpenTelemetry SDK, which reads them by itself: see [its ' +
        'documentation](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Its other ' +
        'variables for traces work, too, for example `OTEL_EXPORTER_OTLP_CERTIFICATE` and `OTEL_BSP_SCHEDULE_DELAY`. ' +
        '`OTEL_PROPAGATORS` has no effect: only `traceparent` is passed on. Without an endpoint, nothing reads them.',
    ],
    variables: tracing,
  },
  { title: 'Durable Functions', variables: durableFunctions },
  { title: 'Try-it page', variables: tryItPage },
  {
    title: 'Development only',
    introduction: [
      'The SMS sandbox has more variables, with which it imitates slow or failing deliveries: ' +
        'see [The SMS sandbox](sms-sandbox.md#variables).',
    ],
    variables: { ...development, ...executables },
  },
];
