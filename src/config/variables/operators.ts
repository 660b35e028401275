import { isIP } from 'node:net';
import { z } from 'zod';
import { integer, text } from '../fields';
import { documentation } from '../documentation';

const PORT_IN_USE = [
  'If the variable is set and another process uses the port, the process ends with an error.',
  'If the variable is not set and another process uses the port, the process logs a warning and runs without ' +
    'metrics. `npm run dev` takes another port instead, and prints it.',
];

/** A port, or `off`, which is undefined. */
const portOrOff = text.transform((value, context) => {
  if (value === 'off') return undefined;
  const port = integer(1, 65_535).safeParse(value);
  if (!port.success) context.addIssue('must be off or a whole number from 1 to 65535');
  return port.data;
});

export const operators = {
  PAYLOAD_ENCRYPTION: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .prefault('on')
    .register(documentation, {
      description:
        '`on`: phone numbers, tags, memos, results, answers to Queries and failures are encrypted in Temporal, with ' +
        'AES-256-GCM and a key from `SECRET_KEYS`.',
      rules: [
        'These stay readable: workflow IDs (keyed digests), times, the names and number of Signals, Updates and ' +
          'Queries, and the [search attributes](finding-verifications.md).',
        'To change `on` to `off`, stop all APIs, restart all workers, and then start the APIs: ' +
          '[Changing settings](operations.md#from-payload_encryptionon-to-off) says what happens otherwise. With the same ' +
          '`SECRET_KEYS`, encrypted data can still be read.',
        'Change `off` to `on` only before the first verification: with `on`, unencrypted data causes errors.',
        'API, worker and operator commands must have the same value.',
      ],
    }),
  CODEC_SERVER_TOKEN: text
    .regex(/^[\x21-\x7E]{16,}$/, 'must have 16 ASCII characters or more, and no space')
    .optional()
    .register(documentation, {
      isSecret: true,
      description:
        'The password with which operators read encrypted payloads: 16 characters or more, without spaces. ' +
        'With it, the API is also a codec server.',
      rules: [
        'It must not be one of `API_KEYS`.',
        '[Reading encrypted payloads](production.md#reading-encrypted-payloads) says how it is used.',
      ],
      default: 'none: the API is no codec server',
    }),
  CODEC_SERVER_ORIGIN: z
    .url({ protocol: /^https?$/, error: 'must be an origin like https://temporal.example.com' })
    .transform((url) => new URL(url).origin)
    .optional()
    .register(documentation, {
      description: 'The origin of the Web UI of Temporal, as the browser of an operator has it.',
      rules: [
        'Only pages of this origin may use the codec server.',
        '`npm run find` prints a link to this Web UI for each run. If the variable is not set, the command prints links ' +
          'for Temporal Cloud only.',
      ],
      example: 'https://temporal.example.com',
    }),
  METRICS_HOST: text
    .refine((value) => isIP(value) !== 0, 'must be an IP address, like 127.0.0.1 or 0.0.0.0')
    .prefault('127.0.0.1')
    .register(documentation, {
      description: 'The IP address on which API and worker offer their metrics.',
      rules: [
        'The metrics need no password. Only your Prometheus should reach them: see ' +
          '[Metrics](production.md#metrics).',
        'docker-compose.yml sets `0.0.0.0`, for its own network. In Kubernetes, set it, too.',
      ],
    }),
  METRICS_PORT: portOrOff.prefault('9464').register(documentation, {
    description: 'The port on which the API offers metrics for Prometheus, at `/metrics`. `off`: no metrics.',
    rules: PORT_IN_USE,
  }),
  WORKER_METRICS_PORT: portOrOff.prefault('9465').register(documentation, {
    description:
      'The port on which the worker offers metrics for Prometheus, at `/metrics`. `off`: no metrics.',
    rules: [
      ...PORT_IN_USE,
      'With several workers under `npm run dev`, worker 2 uses the next port, and so on.',
    ],
  }),
};
