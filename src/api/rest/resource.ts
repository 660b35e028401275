import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { ownDeliveryErrors } from '../../domain/delivery-errors';
import { statuses, type Status } from '../../domain/types';

/** For the OpenAPI document. */
export const EXAMPLE_ID = 'QoJ_3jvu5DbV_Mt_XOwOlgGiB2XeJXOiujGE5o7lrABPTTMMZWHF5GggCeb3fliJ';

const strict = { additionalProperties: false };
const Nullable = <T extends TSchema>(schema: T, options: { description: string }) =>
  Type.Union([schema, Type.Null()], options);

export const StartBody = Type.Object(
  {
    phoneNumber: Type.String({
      maxLength: 64,
      description: 'The phone number in international E.164 format.',
      examples: ['+14255550123'],
    }),
    clientIp: Type.Optional(
      Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], {
        description: "The end user's IP address. It is used only for limits, and only its digest is stored.",
      }),
    ),
  },
  { ...strict, examples: [{ phoneNumber: '+14255550123', clientIp: '203.0.113.7' }] },
);

export const CodeBody = Type.Object(
  {
    code: Type.String({
      maxLength: 64,
      description: 'The code as the person typed it. Spaces and hyphens are ignored.',
      examples: ['2168'],
    }),
  },
  { ...strict, examples: [{ code: '2168' }] },
);

export const VerificationParams = Type.Object({
  id: Type.String({ description: 'The id of the verification.', examples: [EXAMPLE_ID] }),
});

const key = { minLength: 1, maxLength: 255 };
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      ...key,
      examples: ['5f1c0a3e-7b0d-4c58-9f7e-3d0f1a2b4c6d'],
      description:
        'A repeat of the same request with the same key has no further effect. With other content, it gets 422. ' +
        'For a start, this holds while the verification is open. After its end, or with another phone number, the ' +
        'same key starts a new verification.',
    }),
  ),
});

export const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      examples: ['wait=2'],
      description:
        'RFC 7240. With `wait=20`, the answer comes when the verification ends, or after 20 s. The maximum is 60.',
    }),
  ),
});

const DeliveryErrorCode = Type.Unsafe<string>({
  anyOf: [
    { type: 'string', enum: Object.values(ownDeliveryErrors).map(({ code }) => code) },
    { type: 'string', pattern: '^\\d+$' },
  ],
  description:
    '`worker_unavailable`: no worker process ran in time. `delivery_unknown`: the SMS provider did not confirm the ' +
    "message in time. Otherwise the SMS provider's error code.",
});

const time = { format: 'date-time' };
const address = { format: 'uri' };

const verification = {
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{64}$', description: 'Treat it as an opaque string.' }),
  phoneNumber: Type.String({ description: 'The phone number in E.164 format.' }),
  status: Type.Unsafe<Status>({
    type: 'string',
    enum: [...statuses],
    description:
      '`sending`: the message is being sent; codes already count. `pending`: the SMS provider has the message; the ' +
      'window is open. The others are final: `verified`, `expired` (the window closed without the right code), ' +
      '`max_attempts_reached`, `undeliverable` (`error` says why) and `canceled`.',
  }),
  attemptsRemaining: Type.Integer({ minimum: 0, description: 'How many more codes will be checked.' }),
  createdAt: Type.String(time),
  expiresAt: Nullable(Type.String(time), {
    description: 'The end of the window. Null until the SMS provider has accepted the message.',
  }),
  endedAt: Nullable(Type.String(time), {
    description: 'When the verification ended. Null while it is open.',
  }),
  error: Nullable(Type.Object({ code: DeliveryErrorCode, message: Type.String() }), {
    description: 'Why no message reached the phone. Only with the status `undeliverable`.',
  }),
  links: Type.Object(
    {
      self: Type.String(address),
      check: Type.String(address),
      signal: Type.String(address),
      resend: Type.String(address),
      cancel: Type.String(address),
    },
    { description: 'Absolute addresses. They need the API key, too.' },
  ),
};

export const Verification = Type.Object(verification, { $id: 'Verification' });
export const CheckedVerification = Type.Object(
  { ...verification, verified: Type.Boolean({ description: 'Whether the code was right.' }) },
  { $id: 'CheckedVerification' },
);
export type VerificationResource = Static<typeof Verification>;
