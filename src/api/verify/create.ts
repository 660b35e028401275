import { isRefusal } from '../../domain/refusals';
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
    if (customCode !== undefined && isTestNumber(to, tenant))
      throw invalidParameter('CustomCode', TEST_NUMBER);
    const { outcome, verification } = await messageRequests
      .startOrResend({
        tenant,
        caller,
        clientAddress: deviceIp,
        phoneNumber: to,
        namedLimits: rateLimits,
        customCode,
        wording,
        idempotencyKey,
      })
      .catch((error: unknown) => {
        throw isRefusal(error, 'invalid_request') ? invalidParameter('CustomCode', OTHER_CODE) : error;
      });
    if (outcome !== 'resent')
      return verification.status === 'sending' ? whenSent(tenant.id, verification) : verification;
    await whenSent(tenant.id, verification);
    // Not the later state: a repeat gets the same answer.
    return verification;
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
