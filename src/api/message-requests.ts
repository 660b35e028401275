import { isRefusal, VerificationError, type ErrorCode } from '../domain/refusals';
import type { WordingChoice } from '../domain/types';
import type {
  IdentifiedView,
  Reservation,
  StartedVerification,
  Verifications,
} from '../gateway/verifications';
import { acceptedPhoneNumber, parsePhoneNumber } from '../numbers/phone-number';
import type { Tenant } from '../tenants/tenant';
import { clientOf } from './http/client-address';
import type { Limits, Requester } from '../limits/limits';

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
}

export interface ReceivedResend extends MessageRequester {
  /** The verification's public id. */
  readonly id: string;
  readonly wording?: WordingChoice | undefined;
  /** A repeat with the same key sends nothing. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * `resent`: a resend for the number's open verification succeeded. It sends no message if it repeats an earlier request,
 * or while the first message is being sent. Otherwise as in StartOutcome.
 */
export interface StartedOrResent {
  readonly outcome: StartedVerification['outcome'] | 'resent';
  readonly verification: IdentifiedView;
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
  /**
   * Starts a verification. If the number has an open one, sends one more message for that. While its first message is
   * being sent, joins it without another message.
   */
  startOrResend(received: ReceivedStart): Promise<StartedOrResent>;
  resend(received: ReceivedResend): Promise<IdentifiedView>;
}

/** A verification can end between the start that joined it and the resend. */
const MAX_TRIES = 3;
/** The caller of all requests without an API key. */
const ANONYMOUS = 'anonymous';
const NO_RESERVATION = { cancel: async () => {} };

export function createMessageRequests(dependencies: MessageRequestsDependencies): MessageRequests {
  const { verifications, limits } = dependencies;

  return {
    start: (received) => start(received, { mayJoin: false, isCounted: false }),

    async startOrResend(received) {
      for (let tries = 1; ; tries++) {
        const started = await start(received, { mayJoin: true, isCounted: tries > 1 });
        const { id, status } = started.verification;
        // With a key, the workflow must learn of this request: its repeat must not send a message later.
        const needsNoMessage = status === 'sending' && received.idempotencyKey === undefined;
        if (started.outcome !== 'joined' || needsNoMessage) return started;
        try {
          return { outcome: 'resent', verification: await resend({ ...received, id }, { joins: true }) };
        } catch (error) {
          if (!isRefusal(error, 'verification_ended') || tries === MAX_TRIES) throw error;
        }
      }
    },

    async resend(received) {
      await limits.countRequest(requesterOf(received));
      return resend(received, { joins: false });
    },
  };

  /**
   * `mayJoin`: whether an open verification of the number is returned. `isCounted`: whether the limits have counted the
   * request already.
   */
  async function start(
    received: ReceivedStart,
    { mayJoin, isCounted }: { readonly mayJoin: boolean; readonly isCounted: boolean },
  ): Promise<StartedVerification> {
    const { tenant, phoneNumber, idempotencyKey, customCode, wording, namedLimits } = received;
    const requester = requesterOf(received);
    const number = parsePhoneNumber(phoneNumber, tenant.numberRules);
    return verifications.start({
      tenant,
      phoneNumber: number.e164,
      maskedPhoneNumber: number.masked,
      country: number.country,
      testCode: number.testCode,
      clientIp: requester.clientIp,
      caller: requester.caller ?? ANONYMOUS,
      idempotencyKey,
      customCode,
      wording,
      mayJoin,
      countRequest: async () => {
        if (!isCounted) await limits.countRequest({ ...requester, named: namedLimits });
      },
      reserveMessage: async () =>
        number.testCode === undefined ? limits.reserveMessage(number) : NO_RESERVATION,
    });
  }

  /** Does not count the request. `joins`: as in ResendOptions. */
  async function resend(
    received: ReceivedResend,
    { joins }: { readonly joins: boolean },
  ): Promise<IdentifiedView> {
    const { tenant, id, wording, idempotencyKey } = received;
    const { caller = ANONYMOUS, clientIp } = requesterOf(received);
    const { reservation, limitError } = await reserveResend(idempotencyKey);
    const options = {
      caller,
      clientIp,
      wording,
      idempotencyKey,
      joins,
      onlyRepeat: limitError !== undefined,
    };
    const { outcome, verification } = await verifications
      .resend({ tenantId: tenant.id, id }, options)
      .catch(async (error: unknown) => {
        if (isCertainlyNotSent(error)) await reservation.cancel();
        throw limitError && isRefusal(error, 'rate_limited') ? limitError : error;
      });
    const number = acceptedPhoneNumber(verification.phoneNumber, tenant.numberRules);
    if (outcome === 'requested' && number.testCode === undefined) await limits.recordResend(number);
    else await reservation.cancel();
    return verification;
  }

  /** A limit that is reached does not refuse a repeat of an earlier request: `limitError` then refuses all others. */
  async function reserveResend(
    idempotencyKey: string | undefined,
  ): Promise<{ readonly reservation: Reservation; readonly limitError?: VerificationError }> {
    try {
      return { reservation: await limits.reserveResend() };
    } catch (error) {
      if (idempotencyKey === undefined || !isRefusal(error, 'rate_limited')) throw error;
      return { reservation: NO_RESERVATION, limitError: error };
    }
  }
}

/** Who requests the message, as the limits know it. */
function requesterOf({ tenant, caller, clientAddress }: MessageRequester): Requester {
  const clientIp = clientAddress === undefined ? undefined : clientOf(clientAddress);
  return { tenantId: tenant.id, caller, clientIp };
}

/** Whether the error means that no message is sent. After a time-out, that is not certain. */
function isCertainlyNotSent(error: unknown): boolean {
  return (
    error instanceof VerificationError && !isRefusal(error, 'worker_unavailable', 'temporal_unavailable')
  );
}
