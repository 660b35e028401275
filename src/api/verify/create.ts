import { VerificationError, type ErrorCode } from '../../domain/refusals';
import type { IdentifiedView, Verifications } from '../../gateway/verifications';
import { acceptedPhoneNumber } from '../../numbers/phone-number';
import type { MessageRequests } from '../message-requests';
import type { ServiceCaller } from './authentication';
import { deliveryError, invalidParameter } from './errors';
import type { CreateForm } from './form';

export interface CreateDependencies {
  readonly verifications: Verifications;
  readonly messageRequests: MessageRequests;
}

const OTHER_CODE = 'The open verification of the number has another code.';
const TEST_NUMBER = 'A test number has its own code.';

/** How long a create waits for the provider's answer. A number that gets no message then fails at once. */
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
    const requester = { tenant, caller, clientAddress: deviceIp, namedLimits: rateLimits };
    if (customCode !== undefined && isTestNumber(to, tenant))
      throw invalidParameter('CustomCode', TEST_NUMBER);
    for (let tries = 1; ; tries++) {
      const { outcome, verification } = await messageRequests
        .start({
          ...requester,
          phoneNumber: to,
          customCode,
          wording,
          idempotencyKey,
          mayJoin: true,
          isCounted: tries > 1,
        })
        .catch((error: unknown) => {
          throw isRefused(error, 'invalid_request') ? invalidParameter('CustomCode', OTHER_CODE) : error;
        });
      if (outcome === 'started') return whenSent(tenant.id, verification);
      if (outcome === 'repeated') return verification;
      // With a key, the workflow must learn of this create: its repeat must not send a message later.
      if (verification.status === 'sending' && idempotencyKey === undefined) return verification;
      try {
        return await messageRequests.resend({
          ...requester,
          id: verification.id,
          wording,
          idempotencyKey,
          joins: true,
          isCounted: true,
        });
      } catch (error) {
        if (!isRefused(error, 'verification_ended') || tries === MAX_TRIES) throw error;
      }
    }
  };

  /** @throws Error of `deliveryError` if the provider refused the message */
  async function whenSent(tenantId: string, started: IdentifiedView): Promise<IdentifiedView> {
    const verification = await verifications.whenSent({ tenantId, id: started.id }, SEND_TIMEOUT_MS);
    if (verification?.status === 'undeliverable' && verification.error)
      throw deliveryError(verification.error, verification.phoneNumber);
    return verification ?? started;
  }
}

/** The fixed code of a test number would win over the chosen one. */
function isTestNumber(to: string, { numberRules }: ServiceCaller['tenant']): boolean {
  return acceptedPhoneNumber(to, numberRules).testCode !== undefined;
}

function isRefused(error: unknown, code: ErrorCode): boolean {
  return error instanceof VerificationError && error.code === code;
}
