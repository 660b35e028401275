import { VerificationError } from '../domain/errors';
import type { IdentifiedView, Verifications } from '../gateway/verifications';
import { clientOf, type Limits } from './limits';
import { acceptedPhoneNumber, parsePhoneNumber, type NumberRules } from '../numbers/phone-number';

export interface MessageRequestsDependencies {
  readonly verifications: Verifications;
  readonly limits: Limits;
  readonly numberRules: NumberRules;
}

export interface StartOrder {
  readonly caller: string | undefined;
  /** In any spelling. */
  readonly clientAddress: string | undefined;
  /** As it was sent. */
  readonly phoneNumber: string;
  readonly idempotencyKey: string | undefined;
}

/** What leads to a message, with the limits in front of it: starts and resends, of both surfaces. */
export interface MessageRequests {
  start(order: StartOrder): Promise<{ created: boolean; verification: IdentifiedView }>;
  resend(caller: string, id: string): Promise<IdentifiedView>;
}

/** Who starts without an API key, where that is allowed. */
const ANONYMOUS = 'anonymous';
const NO_RESERVATION = { cancel: async () => {} };

export function createMessageRequests({
  verifications,
  limits,
  numberRules,
}: MessageRequestsDependencies): MessageRequests {
  return {
    async start({ phoneNumber, caller, clientAddress, idempotencyKey }) {
      const clientIp = clientAddress === undefined ? undefined : clientOf(clientAddress);
      const number = parsePhoneNumber(phoneNumber, numberRules);
      return verifications.start({
        phoneNumber: number.e164,
        maskedPhoneNumber: number.masked,
        country: number.country,
        testCode: number.testCode,
        clientIp,
        caller: caller ?? ANONYMOUS,
        idempotencyKey,
        countRequest: () => limits.countRequest({ caller, clientIp }),
        reserveMessage: async () =>
          number.testCode === undefined ? limits.reserveMessage(number) : NO_RESERVATION,
      });
    },

    async resend(caller, id) {
      await limits.countRequest({ caller, clientIp: undefined });
      const reservation = await limits.reserveResend();
      try {
        const verification = await verifications.resend(id);
        const number = acceptedPhoneNumber(verification.phoneNumber, numberRules);
        if (number.testCode === undefined) await limits.recordResend(number);
        else await reservation.cancel();
        return verification;
      } catch (error) {
        if (isRefused(error)) await reservation.cancel();
        throw error;
      }
    },
  };
}

/** Whether it is known that nothing is sent. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof VerificationError && !['worker_unavailable', 'temporal_unavailable'].includes(error.code)
  );
}
