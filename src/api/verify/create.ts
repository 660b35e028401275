import { VerificationError, type ErrorCode } from '../../domain/refusals';
import type { IdentifiedView, Verifications } from '../../gateway/verifications';
import { acceptedPhoneNumber } from '../../numbers/phone-number';
import type { MessageRequests } from '../message-requests';
import type { ServiceCaller } from './authentication';
import { messageRefused, invalidParameter } from './errors';
import type { CreateForm } from './form';

export interface CreateDependencies {
  readonly verifications: Verifications;
  readonly messageRequests: MessageRequests;
}

const OTHER_CODE = 'The open verification of the number has another code.';
const TEST_NUMBER = 'A test number has its own code.';

/** How long a create waits for the provider's answer. If the provider refuses the message, the create fails at once. */
const SEND_TIMEOUT_MS = 3_000;
/** A verification can end between the start that joined it and the resend. */
const MAX_TRIES = 3;

/**
 * Starts a verification, or joins the open one of the number: then it sends one more message with the same code. While
 * the first message is being sent, it joins without another message.
 */
export function createCreate({ verifications, messageRequests }: CreateDependencies) {
  return async function create(
    { id: caller, tenant }: ServiceCaller,
    { to, customCode, wording, deviceIp, rateLimits }: CreateForm,
    idempotencyKey: string | undefined,
  ): Promise<IdentifiedView> {
    const requester = { tenant, caller, clientAddress: deviceIp };
    if (customCode !== undefined && isTestNumber(to, tenant))
      throw invalidParameter('CustomCode', TEST_NUMBER);
    for (let tries = 1; ; tries++) {
      const { outcome, verification } = await messageRequests
        .start({
          ...requester,
          phoneNumber: to,
          namedLimits: rateLimits,
          customCode,
          wording,
          idempotencyKey,
          mayJoin: true,
          isCounted: tries > 1,
        })
        .catch((error: unknown) => {
          throw isRefused(error, 'invalid_request') ? invalidParameter('CustomCode', OTHER_CODE) : error;
        });
      const isSending = verification.status === 'sending';
      // With a key, the workflow must learn of this create: its repeat must not send a message later.
      if (outcome !== 'joined' || (isSending && idempotencyKey === undefined))
        return isSending ? whenSent(tenant.id, verification) : verification;
      try {
        const resent = await messageRequests.resend({
          ...requester,
          id: verification.id,
          wording,
          idempotencyKey,
          joins: true,
          isCounted: true,
        });
        await whenSent(tenant.id, resent);
        // Not the later state: a repeat gets the same answer.
        return resent;
      } catch (error) {
        if (!isRefused(error, 'verification_ended') || tries === MAX_TRIES) throw error;
      }
    }
  };

  /** @throws Error of `messageRefused` if the provider refused the message */
  async function whenSent(tenantId: string, requested: IdentifiedView): Promise<IdentifiedView> {
    if (!requested.messageInFlight) return requested;
    const ref = { tenantId, id: requested.id };
    const sent = await verifications.whenSent(ref, requested, SEND_TIMEOUT_MS);
    if (sent?.error) throw messageRefused(sent.error, requested.phoneNumber);
    return sent?.verification ?? requested;
  }
}

/** The fixed code of a test number would win over the chosen one. */
function isTestNumber(to: string, { numberRules }: ServiceCaller['tenant']): boolean {
  return acceptedPhoneNumber(to, numberRules).testCode !== undefined;
}

function isRefused(error: unknown, code: ErrorCode): boolean {
  return error instanceof VerificationError && error.code === code;
}
