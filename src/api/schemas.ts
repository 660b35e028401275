import { Type, type Static, type TSchema } from '@sinclair/typebox';

const strict = { additionalProperties: false };
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const StartBody = Type.Object(
  {
    phoneNumber: Type.String({ maxLength: 64 }),
    /** The end user's, as callers are backends: for limits only, kept as a digest. */
    clientIp: Type.Optional(Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })])),
  },
  strict,
);

export const CodeBody = Type.Object({ code: Type.String({ maxLength: 64 }) }, strict);

export const VerificationParams = Type.Object({ id: Type.String() });

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
});

export const PreferHeaders = Type.Object({ prefer: Type.Optional(Type.String()) });

const verification = {
  id: Type.String(),
  phoneNumber: Type.String(),
  status: Type.Union([
    Type.Literal('sending'),
    Type.Literal('pending'),
    Type.Literal('verified'),
    Type.Literal('expired'),
    Type.Literal('max_attempts_reached'),
    Type.Literal('undeliverable'),
    Type.Literal('canceled'),
  ]),
  attemptsRemaining: Type.Integer({ minimum: 0 }),
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Nullable(Type.String({ format: 'date-time' })),
  endedAt: Nullable(Type.String({ format: 'date-time' })),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  links: Type.Object({
    self: Type.String(),
    check: Type.String(),
    signal: Type.String(),
    resend: Type.String(),
    cancel: Type.String(),
  }),
};

export const VerificationResource = Type.Object(verification);
export type VerificationResource = Static<typeof VerificationResource>;

export const CheckedVerification = Type.Object({ ...verification, verified: Type.Boolean() });

/** An answer without a body. */
export const Nothing = Type.Unsafe<undefined>({ type: 'null' });

/** RFC 9457. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  verificationStatus: Type.Optional(Type.String()),
});

/** Every error answer of a route that has no other say in it. */
export const problems = { '4xx': Problem, '5xx': Problem };
