import { z } from 'zod';
import { integer, text } from '../fields';
import { documentation } from '../documentation';

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
          'Queries, and the [search attributes](operations.md).',
        'You can change `on` to `off` at any time: with the same `SECRET_KEYS`, encrypted data can still be read.',
        'Change `off` to `on` only before the first verification: with `on`, unencrypted data causes errors.',
        'API, worker and operator commands must have the same value.',
      ],
    }),
  CODEC_SERVER_TOKEN: text
    .regex(/^[\x21-\x7E]{16,}$/, 'must have 16 ASCII characters or more, and no space')
    .optional()
    .register(documentation, {
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
  METRICS_PORT: integer(1, 65_535).optional().register(documentation, {
    description: 'The port on which the API offers metrics for Prometheus, at `/metrics` on `HOST`.',
    default: 'none: no metrics',
    example: '9464',
  }),
  WORKER_METRICS_PORT: integer(1, 65_535)
    .optional()
    .register(documentation, {
      description: 'The port on which the worker offers metrics for Prometheus, at `/metrics` on `HOST`.',
      rules: ['With several workers under `npm run dev`, worker 2 uses the next port, and so on.'],
      default: 'none: no metrics',
      example: '9465',
    }),
};
