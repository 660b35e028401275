import { z } from 'zod';
import { text } from '../fields';
import { documentation } from '../documentation';

/** Used if neither a variable nor a profile sets them. */
export const DEFAULT_ADDRESS = '127.0.0.1:7233';
export const DEFAULT_NAMESPACE = 'default';

const BOTH_OR_NEITHER = 'The client certificate and its key must both be set, or neither.';

/**
 * The connection to Temporal. `@temporalio/envconfig` defines and reads these variables. It also reads a profile, so
 * these values are not always the ones that apply.
 */
export const temporalConnection = {
  TEMPORAL_ADDRESS: text.optional().register(documentation, {
    description: 'Host and port of the Temporal server.',
    rules: [
      'If it is set, `npm run dev` uses that server and starts none.',
      'docker-compose.yml sets it to its own server.',
    ],
    default: `\`${DEFAULT_ADDRESS}\``,
    example: 'temporal.example.com:7233',
  }),
  TEMPORAL_NAMESPACE: text.optional().register(documentation, {
    description: 'The namespace of the verifications. It should keep closed workflows for 30 days.',
    rules: [
      'Verifications stay in the namespace in which they began: ' +
        '[Changing settings](operations.md#temporal_task_queue-and-temporal_namespace).',
    ],
    default: `\`${DEFAULT_NAMESPACE}\``,
  }),
  TEMPORAL_API_KEY: text.optional().register(documentation, {
    isSecret: true,
    description: 'An API key for Temporal, for example for Temporal Cloud. It switches TLS on.',
  }),
  TEMPORAL_TLS: z
    // `@temporalio/envconfig` reads every other value as false: it would then send an API key unencrypted.
    .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
    .optional()
    .register(documentation, {
      description: '`true` switches TLS on without an API key. `false` switches it off.',
    }),
  TEMPORAL_TLS_CLIENT_CERT_PATH: text.optional().register(documentation, {
    description: 'The file with the client certificate, for mutual TLS.',
    rules: [BOTH_OR_NEITHER],
  }),
  TEMPORAL_TLS_CLIENT_CERT_DATA: text.optional().register(documentation, {
    description: 'The client certificate itself, in place of its file.',
    rules: [BOTH_OR_NEITHER],
  }),
  TEMPORAL_TLS_CLIENT_KEY_PATH: text.optional().register(documentation, {
    description: 'The file with the private key of the client certificate.',
    rules: [BOTH_OR_NEITHER],
  }),
  TEMPORAL_TLS_CLIENT_KEY_DATA: text.optional().register(documentation, {
    isSecret: true,
    description: 'The private key itself, in place of its file.',
    rules: [BOTH_OR_NEITHER],
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: text.optional().register(documentation, {
    description:
      'The file with the certificate of the authority (CA) that signed the certificate of the server.',
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: text.optional().register(documentation, {
    description: 'The certificate of the authority itself, in place of its file.',
  }),
  TEMPORAL_TLS_SERVER_NAME: text.optional().register(documentation, {
    description: 'The name in the certificate of the server, if it is not the host of `TEMPORAL_ADDRESS`.',
  }),
  TEMPORAL_PROFILE: text.optional().register(documentation, {
    description:
      'The name of a profile in the configuration file. Variables take precedence over the profile.',
    default: '`default`, if the file has it',
  }),
  TEMPORAL_CONFIG_FILE: text.optional().register(documentation, {
    description: 'The configuration file, in TOML.',
    default: '`temporalio/temporal.toml` in the configuration folder of the user',
  }),
};

export const temporal = {
  ...temporalConnection,
  TEMPORAL_TASK_QUEUE: text.prefault('phone-verification').register(documentation, {
    description: 'The task queue of the verifications. Every API and every worker must have the same value.',
    rules: [
      'This is a variable of this project. The Temporal SDKs do not know it.',
      'To change it, start new workers before the old ones are stopped: ' +
        '[Changing settings](operations.md#temporal_task_queue-and-temporal_namespace).',
    ],
  }),
  TEMPORAL_WORKER_BUILD_ID: text
    .regex(/^(?!__)/, 'must not begin with __')
    .optional()
    .register(documentation, {
      description:
        'The id of the build that the worker runs. With it, a verification stays with the build that started it.',
      rules: [
        '[Changing the workflow](changing-workflows.md) says when it is needed.',
        'Without it, a worker shares all tasks with every other worker that has none.',
        'It must not begin with `__`: Temporal refuses it.',
      ],
    }),
  TEMPORAL_DEPLOYMENT_NAME: text
    .regex(/^(?!__)[^.:]+$/, 'must not contain . or : and must not begin with __')
    .prefault('phone-verification')
    .register(documentation, {
      description:
        'The name under which Temporal knows the builds of the worker. ' +
        'It has an effect only together with `TEMPORAL_WORKER_BUILD_ID`.',
      rules: ['It must not contain `.` or `:`, and must not begin with `__`: Temporal refuses it.'],
    }),
};
