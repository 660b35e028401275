import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { ownDeliveryErrors } from '../../domain/delivery-errors';
import { finalStatuses, type Status } from '../../domain/types';

const strict = { additionalProperties: false };
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const StartBody = Type.Object(
  {
    phoneNumber: Type.String({
      maxLength: 64,
      description: 'International, E.164.',
      examples: ['+14255550123'],
    }),
    clientIp: Type.Optional(
      Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], {
        description: "The end user's, as callers are backends: for limits only, kept as a digest.",
      }),
    ),
  },
  strict,
);

export const CodeBody = Type.Object(
  {
    code: Type.String({
      maxLength: 64,
      description: 'As the person typed it: spaces and hyphens do not count.',
      examples: ['2168'],
    }),
  },
  strict,
);

export const VerificationParams = Type.Object({ id: Type.String({ description: "The verification's id." }) });

const key = { minLength: 1, maxLength: 255 };
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      ...key,
      description:
        'A repeat of the same request with the same key does nothing more. With other content it is 422; for another number it is another start.',
    }),
  ),
});

export const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        'RFC 7240. `wait=20` (at most 60): answers as soon as the verification ends, or then as it stands.',
    }),
  ),
});

const DeliveryErrorCode = Type.Unsafe<string>({
  anyOf: [
    { type: 'string', enum: Object.values(ownDeliveryErrors).map(({ code }) => code) },
    { type: 'string', pattern: '^\\d+$' },
  ],
  description: "One of ours, or the SMS provider's own number for what went wrong.",
});

const verification = {
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{64}$' }),
  phoneNumber: Type.String({ description: 'E.164.' }),
  status: Type.Unsafe<Status>({ type: 'string', enum: ['sending', 'pending', ...finalStatuses] }),
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
