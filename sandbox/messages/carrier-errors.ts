import { type Static, Type } from '@sinclair/typebox';

export const CarrierErrorCode = Type.Union([
  Type.Literal(30003),
  Type.Literal(30004),
  Type.Literal(30005),
  Type.Literal(30006),
  Type.Literal(30007),
  Type.Literal(30008),
]);
/** Why a carrier did not deliver a message that Twilio had accepted. */
export type CarrierErrorCode = Static<typeof CarrierErrorCode>;

interface CarrierError {
  /** Twilio's words for the error. */
  readonly message: string;
  /** What they mean for the phone. */
  readonly meaning: string;
  /** The same for a menu. */
  readonly short: string;
}

export const carrierErrors: Readonly<Record<CarrierErrorCode, CarrierError>> = {
  30003: {
    message: 'Unreachable destination handset',
    meaning: 'the phone is off or has no signal',
    short: 'phone off',
  },
  30004: {
    message: 'Message blocked',
    meaning: 'the phone or its carrier blocks the message',
    short: 'blocked',
  },
  30005: {
    message: 'Unknown destination handset',
    meaning: 'the number is not in service',
    short: 'not in use',
  },
  30006: {
    message: 'Landline or unreachable carrier',
    meaning: 'a landline, or its carrier refuses',
    short: 'landline',
  },
  30007: {
    message: 'Message filtered',
    meaning: 'the carrier filtered the message as spam',
    short: 'spam filter',
  },
  30008: { message: 'Unknown error', meaning: 'no reason was given', short: 'no reason' },
};

export const carrierErrorCodes: readonly CarrierErrorCode[] = CarrierErrorCode.anyOf.map(
  (literal) => literal.const,
);

/** Undefined for every text that is not one of the codes. */
export function parseCarrierErrorCode(text: string | undefined): CarrierErrorCode | undefined {
  return carrierErrorCodes.find((code) => String(code) === text);
}
