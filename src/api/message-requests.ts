import { VerificationError } from '../domain/refusals';
import type { IdentifiedView, Verifications } from '../gateway/verifications';
import { acceptedPhoneNumber, parsePhoneNumber } from '../numbers/phone-number';
import type { Caller } from '../tenants/registry';
import type { Tenant } from '../tenants/tenant';
import { clientOf } from './client-address';
import type { Limits } from './limits';

export interface MessageRequestsDependencies {
  readonly verifications: Verifications;
  readonly limits: Limits;
}

/** A start as an HTTP surface received it. */
export interface ReceivedStart {
  readonly tenant: Tenant;
  /** The digest of the API key; undefined for a start without one. */
  readonly caller: string | undefined;
  /** The end user's IP address, as it was received. */
  readonly clientAddress: string | undefined;
  /** The phone number, as it was received. */
  readonly phoneNumber: string;
  readonly idempotencyKey: string | undefined;
}

/** Applies the limits to all requests that lead to a message: the starts and resends of all surfaces. */
export interface MessageRequests {
  start(received: ReceivedStart): Promise<{ created: boolean; verification: IdentifiedView }>;
  resend(caller: Caller, id: string): Promise<IdentifiedView>;
}

/** The caller of all requests without an API key. */
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
      const verification = await verifications
        .resend({ tenantId: tenant.id, id })
        .catch(async (error: unknown) => {
          if (isCertainlyNotSent(error)) await reservation.cancel();
          throw error;
        });
      const number = acceptedPhoneNumber(verification.phoneNumber, tenant.numberRules);
      if (number.testCode === undefined) await limits.recordResend(number);
      else await reservation.cancel();
      return verification;
    },
  };
}

/** Whether the error means that no message is sent. After a time-out, that is not certain. */
function isCertainlyNotSent(error: unknown): boolean {
  return (
    error instanceof VerificationError && !['worker_unavailable', 'temporal_unavailable'].includes(error.code)
  );
}
