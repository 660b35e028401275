import type { FastifyRequest } from 'fastify';
import type { IdentifiedView, Verifications } from '../temporal/verifications';
import { clientOf, type Limits } from './limits';
import { acceptedPhoneNumber, parsePhoneNumber, type NumberRules } from './phone-number';

export interface TextingDependencies {
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

/** What leads to a text, with the limits in front of it: starts and resends, of both surfaces. */
export interface Texting {
  start(
    request: FastifyRequest,
    order: StartOrder,
  ): Promise<{ created: boolean; verification: IdentifiedView }>;
  resend(request: FastifyRequest, id: string): Promise<IdentifiedView>;
}

/** Who starts without an API key, where that is allowed. */
const ANONYMOUS = 'anonymous';

export function createTexting({ verifications, limits, numberRules }: TextingDependencies): Texting {
  return {
    async start(request, { phoneNumber, caller, clientAddress, idempotencyKey }) {
      const clientIp = clientAddress === undefined ? undefined : clientOf(clientAddress);
      await limits.ask(request, { caller, clientIp });
      const number = parsePhoneNumber(phoneNumber, numberRules);
      return verifications.start({
        phoneNumber: number.e164,
        maskedPhoneNumber: number.masked,
        country: number.country,
        testCode: number.testCode,
        clientIp,
        caller: caller ?? ANONYMOUS,
        idempotencyKey,
        admit: async () => {
          if (number.testCode === undefined) await limits.spend(request, number);
        },
      });
    },

    async resend(request, id) {
      await limits.ask(request, { caller: request.caller, clientIp: undefined });
      const verification = await verifications.resend(id);
      const number = acceptedPhoneNumber(verification.phoneNumber, numberRules);
      if (number.testCode === undefined) await limits.book(request, number);
      return verification;
    },
  };
}
