import { VerificationError, type ErrorCode } from '../domain/refusals';
import type { WordingChoice } from '../domain/types';
import type {
  IdentifiedView,
  Reservation,
  StartedVerification,
  Verifications,
} from '../gateway/verifications';
import { acceptedPhoneNumber, parsePhoneNumber } from '../numbers/phone-number';
import type { Tenant } from '../tenants/tenant';
import { clientOf } from './client-address';
import type { Limits } from '../limits/limits';

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
}

/** A start as an HTTP surface received it. */
export interface ReceivedStart extends MessageRequester {
  /** The phone number, as it was received. */
  readonly phoneNumber: string;
  readonly idempotencyKey: string | undefined;
  /** A code that the caller has chosen. */
  readonly customCode?: string | undefined;
  readonly wording?: WordingChoice | undefined;
  /** Values of limits that the tenant has named. */
  readonly namedLimits?: Readonly<Record<string, string>>;
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
  /** Whether it joins the verification while the first message is being sent, without a message of its own. */
  readonly joins?: boolean;
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

    async resend({ tenant, caller, clientAddress, id, idempotencyKey, isCounted, ...received }) {
      const clientIp = clientIpOf(clientAddress);
      if (!isCounted) await limits.countRequest({ tenantId: tenant.id, caller, clientIp });
      const { reservation, limitError } = await reserveResend(idempotencyKey);
      const options = { ...received, idempotencyKey, clientIp, caller: caller ?? ANONYMOUS };
      const { outcome, verification } = await verifications
        .resend({ tenantId: tenant.id, id }, { ...options, onlyRepeat: limitError !== undefined })
        .catch(async (error: unknown) => {
          if (isCertainlyNotSent(error)) await reservation.cancel();
          throw limitError && isRateLimited(error) ? limitError : error;
        });
      const number = acceptedPhoneNumber(verification.phoneNumber, tenant.numberRules);
      if (outcome === 'requested' && number.testCode === undefined) await limits.recordResend(number);
      else await reservation.cancel();
      return verification;
    },
  };

  /** A limit that is reached does not refuse a repeat of an earlier request: `limitError` then refuses all others. */
  async function reserveResend(
    idempotencyKey: string | undefined,
  ): Promise<{ readonly reservation: Reservation; readonly limitError?: VerificationError }> {
    try {
      return { reservation: await limits.reserveResend() };
    } catch (error) {
      if (idempotencyKey === undefined || !isRateLimited(error)) throw error;
      return { reservation: NO_RESERVATION, limitError: error };
    }
  }
}

function isRateLimited(error: unknown): error is VerificationError {
  return error instanceof VerificationError && error.code === 'rate_limited';
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
