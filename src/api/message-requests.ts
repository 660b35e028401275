import { VerificationError, type ErrorCode } from '../domain/refusals';
import type { WordingChoice } from '../domain/types';
import type { IdentifiedView, StartedVerification, Verifications } from '../gateway/verifications';
import { acceptedPhoneNumber, parsePhoneNumber } from '../numbers/phone-number';
import type { Tenant } from '../tenants/tenant';
import { clientOf } from './client-address';
import type { Limits } from './limits';

export interface MessageRequestsDependencies {
  readonly verifications: Verifications;
  readonly limits: Limits;
}

/** Who sent a request that leads to a message. */
export interface MessageRequester {
  readonly tenant: Tenant;
  /** The digest of the API key; undefined for a request without one. */
  readonly caller: string | undefined;
  /** The end user's IP address, as it was received. Undefined if the request is not limited by it. */
  readonly clientAddress: string | undefined;
  /** Values of limits that the tenant has named. */
  readonly namedLimits?: Readonly<Record<string, string>>;
}

/** A start as an HTTP surface received it. */
export interface ReceivedStart extends MessageRequester {
  /** The phone number, as it was received. */
  readonly phoneNumber: string;
  readonly idempotencyKey: string | undefined;
  /** A code that the caller has chosen. */
  readonly customCode?: string | undefined;
  readonly wording?: WordingChoice | undefined;
  /** Whether an open verification of the number is returned. Otherwise it is an error. */
  readonly mayJoin?: boolean;
  /** Whether the limits have counted the request already. */
  readonly isCounted?: boolean;
}

export interface ReceivedResend extends MessageRequester {
  /** The verification's public id. */
  readonly id: string;
  readonly wording?: WordingChoice | undefined;
  /** A repeat with the same key sends nothing. */
  readonly idempotencyKey?: string | undefined;
  /** Whether the limits have counted the request already. */
  readonly isCounted?: boolean;
}

/** The errors that a start can have on every surface, for its documentation. */
export const startErrors = [
  'invalid_phone_number',
  'verification_in_progress',
  'unsupported_phone_number',
  'country_not_allowed',
  'phone_number_cooling_down',
  'rate_limited',
  'temporal_unavailable',
] as const satisfies readonly ErrorCode[];

/** Applies the limits to all requests that lead to a message: the starts and resends of all surfaces. */
export interface MessageRequests {
  start(received: ReceivedStart): Promise<StartedVerification>;
  resend(received: ReceivedResend): Promise<IdentifiedView>;
}

/** The caller of all requests without an API key. */
const ANONYMOUS = 'anonymous';
const NO_RESERVATION = { cancel: async () => {} };

export function createMessageRequests(dependencies: MessageRequestsDependencies): MessageRequests {
  const { verifications, limits } = dependencies;

  return {
    async start({ tenant, phoneNumber, caller, clientAddress, namedLimits, isCounted, ...received }) {
      const clientIp = clientIpOf(clientAddress);
      const number = parsePhoneNumber(phoneNumber, tenant.numberRules);
      return verifications.start({
        tenant,
        phoneNumber: number.e164,
        maskedPhoneNumber: number.masked,
        country: number.country,
        testCode: number.testCode,
        clientIp,
        caller: caller ?? ANONYMOUS,
        ...received,
        countRequest: async () => {
          if (!isCounted)
            await limits.countRequest({ tenantId: tenant.id, caller, clientIp, named: namedLimits });
        },
        reserveMessage: async () =>
          number.testCode === undefined ? limits.reserveMessage(number) : NO_RESERVATION,
      });
    },

    async resend({ tenant, caller, clientAddress, id, wording, idempotencyKey, isCounted = false }) {
      if (!isCounted)
        await limits.countRequest({ tenantId: tenant.id, caller, clientIp: clientIpOf(clientAddress) });
      const reservation = await limits.reserveResend();
      const verification = await verifications
        .resend({ tenantId: tenant.id, id }, wording, { caller: caller ?? ANONYMOUS, idempotencyKey })
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

function clientIpOf(clientAddress: string | undefined): string | undefined {
  return clientAddress === undefined ? undefined : clientOf(clientAddress);
}

/** Whether the error means that no message is sent. After a time-out, that is not certain. */
function isCertainlyNotSent(error: unknown): boolean {
  return (
    error instanceof VerificationError && !['worker_unavailable', 'temporal_unavailable'].includes(error.code)
  );
}
