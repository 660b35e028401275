import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { ownDeliveryErrors } from '../../domain/delivery-errors';
import { statuses, type Status } from '../../domain/types';

const strict = { additionalProperties: false };
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

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
  strict,
);

export const CodeBody = Type.Object(
  {
    code: Type.String({
      maxLength: 64,
      description: 'The code as the person typed it. Spaces and hyphens are ignored.',
      examples: ['2168'],
    }),
  },
  strict,
);

export const VerificationParams = Type.Object({
  id: Type.String({ description: 'The id of the verification.' }),
});

const key = { minLength: 1, maxLength: 255 };
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      ...key,
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

const verification = {
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{64}$' }),
  phoneNumber: Type.String({ description: 'The phone number in E.164 format.' }),
  status: Type.Unsafe<Status>({ type: 'string', enum: [...statuses] }),
  attemptsRemaining: Type.Integer({ minimum: 0 }),
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Nullable(Type.String({ format: 'date-time' })),
  endedAt: Nullable(Type.String({ format: 'date-time' })),
  error: Nullable(Type.Object({ code: DeliveryErrorCode, message: Type.String() })),
  links: Type.Object({
    self: Type.String({ format: 'uri' }),
    check: Type.String({ format: 'uri' }),
    signal: Type.String({ format: 'uri' }),
    resend: Type.String({ format: 'uri' }),
    cancel: Type.String({ format: 'uri' }),
  }),
};

export const Verification = Type.Object(verification, { $id: 'Verification' });
export const CheckedVerification = Type.Object(
  { ...verification, verified: Type.Boolean() },
  { $id: 'CheckedVerification' },
);
export type VerificationResource = Static<typeof Verification>;
