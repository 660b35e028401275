import { VerificationError } from '../domain/refusals';
import type { IdentifiedView, Verifications } from '../gateway/verifications';
import { acceptedPhoneNumber, parsePhoneNumber } from '../numbers/phone-number';
import type { Caller } from '../tenants/registry';
import type { Tenant } from '../tenants/tenant';
import { clientOf, type Limits } from './limits';

export interface MessageRequestsDependencies {
  readonly verifications: Verifications;
  readonly limits: Limits;
}

export interface StartOrder {
  readonly tenant: Tenant;
  /** The digest of the API key; undefined for a start without one. */
  readonly caller: string | undefined;
  /** In any spelling. */
  readonly clientAddress: string | undefined;
  /** As it was sent. */
  readonly phoneNumber: string;
  readonly idempotencyKey: string | undefined;
}

/** The requests that lead to a message, with the limits in front of them: starts and resends of all surfaces. */
export interface MessageRequests {
  start(order: StartOrder): Promise<{ created: boolean; verification: IdentifiedView }>;
  resend(caller: Caller, id: string): Promise<IdentifiedView>;
}

/** Stands for a caller without an API key, where that is allowed. */
const ANONYMOUS = 'anonymous';
const NO_RESERVATION = { cancel: async () => {} };

export function createMessageRequests(dependencies: MessageRequestsDependencies): MessageRequests {
  const { verifications, limits } = dependencies;

  return {
    async start({ tenant, phoneNumber, caller, clientAddress, idempotencyKey }) {
      const clientIp = clientAddress === undefined ? undefined : clientOf(clientAddress);
      const number = parsePhoneNumber(phoneNumber, tenant.numberRules);
      return verifications.start({
        tenant,
        phoneNumber: number.e164,
        maskedPhoneNumber: number.masked,
        country: number.country,
        testCode: number.testCode,
        clientIp,
        caller: caller ?? ANONYMOUS,
        idempotencyKey,
        countRequest: () => limits.countRequest({ tenantId: tenant.id, caller, clientIp }),
        reserveMessage: async () =>
          number.testCode === undefined ? limits.reserveMessage(number) : NO_RESERVATION,
      });
    },

    async resend({ id: caller, tenant }, id) {
      await limits.countRequest({ tenantId: tenant.id, caller, clientIp: undefined });
      const reservation = await limits.reserveResend();
      try {
        const verification = await verifications.resend({ tenantId: tenant.id, id });
        const number = acceptedPhoneNumber(verification.phoneNumber, tenant.numberRules);
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
