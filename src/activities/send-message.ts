import { ApplicationFailure, Context } from '@temporalio/activity';
import { deriveCode, shiftCode } from '../crypto/code';
import type { DerivedKeys, KeyRing } from '../crypto/key-ring';
import type { Channel, SendOutcome } from '../domain/types';
import type { MessageSender, ReportedMessage, SendResult } from '../messaging/sender';
import type { TenantMessaging } from '../tenants/tenant';
import { isFirstTry, mayHaveBeenSent, startHeartbeats } from './earlier-tries';
import { findSentMessage } from './find-sent-message';
import { createSendMetrics } from './metrics';
import type { SendMessageRequest } from './send-message-request';
import { timeLeftMs, validityLeftMs } from './time-left';
import { deliveryUnknownFailure, notSentFailure, sanitizedFailure } from './send-failures';

export interface SendMessageDependencies {
  readonly keyRing: KeyRing;
  readonly senders: Readonly<Record<Channel, MessageSender>>;
  /** Undefined if this worker does not know the tenant. */
  readonly tenantMessaging: (tenantId: string) => TenantMessaging | undefined;
  /** The URL for delivery reports about a message; undefined for no reports. */
  readonly reportUrl: (
    run: { readonly workflowId: string; readonly runId: string; readonly nonce: string },
    message: ReportedMessage,
  ) => string | undefined;
}

type Refusal = Extract<SendResult, { result: 'refused' }>;

/** How far the provider's clock may be behind the Temporal server's. */
const CLOCK_TOLERANCE_MS = 60_000;
/**
 * The same, if the caller has chosen the code. It is shorter, because the number's last verification can have had the
 * same code. If the provider's clock is further behind, a retry can send a second message.
 */
const CHOSEN_CODE_TOLERANCE_MS = 5_000;

/**
 * Sends one message and returns the outcome. Every try after the first searches for the message before it sends:
 * the provider's create call has no idempotency key, and an earlier try may have stopped before it got the answer.
 */
export function createSendMessage(dependencies: SendMessageDependencies) {
  const { keyRing, senders, tenantMessaging, reportUrl } = dependencies;

  return async function sendMessage(request: SendMessageRequest): Promise<SendOutcome> {
    const context = Context.current();
    const beganAt = performance.now();
    const heartbeats = startHeartbeats(context);
    try {
      return await trySend(request, context, beganAt);
    } catch (error) {
      throw sanitizedFailure(error, context);
    } finally {
      clearInterval(heartbeats);
    }
  };

  /** `beganAt`: as in `validityLeftMs`. */
  async function trySend(
    request: SendMessageRequest,
    context: Context,
    beganAt: number,
  ): Promise<SendOutcome> {
    const { channel, phoneNumber: to, nonce, knownSids, startedAt, messageIndex } = request;
    const sender = senders[channel];
    const metrics = createSendMetrics(context, request.tenantId);
    const { wording, sender: identity } = messagingFor(request.tenantId, context);
    const { workflowExecution } = context.info;
    // The code depends on the workflow that runs this activity, even if its input was copied from another workflow.
    if (!workflowExecution) throw ApplicationFailure.nonRetryable('Only a workflow can ask for a message');
    const { workflowId, runId } = workflowExecution;
    const derived = deriveCode(keysFor(request.keyId, context), { workflowId, nonce }, request.codeLength);
    const code = shiftCode(derived, request.codeOffset ?? 0);
    const isSentPossible = mayHaveBeenSent(context);

    if (!isFirstTry(context.info)) {
      const toleranceMs = request.codeOffset === undefined ? CLOCK_TOLERANCE_MS : CHOSEN_CODE_TOLERANCE_MS;
      const createdSince = request.notCreatedBefore ?? startedAt - toleranceMs;
      const search = { to, code, knownSids, createdSince };
      const sid = await findSentMessage(sender, search, isSentPossible, context);
      if (sid !== undefined) {
        metrics.tried('found');
        return { outcome: 'accepted', sid, acceptedAt: Date.now() };
      }
    }
    // A call that ends after the deadline could send a message for a verification that has already ended.
    if (timeLeftMs(context.info) < sender.maxCallMs) throw noTimeLeftFailure(context);
    const validityMs = validityLeftMs(request, context.info, beganAt);

    const sent = await sender.send(
      {
        to,
        sender: identity,
        body: wording({ code, validityMs }, request.wording),
        validityMs,
        reportUrl: reportUrl({ workflowId, runId, nonce }, { sentAt: Date.now(), messageIndex }),
      },
      context.cancellationSignal,
    );
    metrics.tried(sent.result);
    if (isSentPossible && (sent.result === 'accepted' || sent.result === 'unknown')) {
      metrics.possibleDuplicate();
      context.log.warn('Message sent again: the provider did not list the first one');
    }
    switch (sent.result) {
      case 'accepted':
        return {
          outcome: 'accepted',
          sid: sent.sid,
          acceptedAt: Date.now(),
          ...(isSentPossible ? { possibleDuplicate: true } : {}),
        };
      case 'refused':
        metrics.refused(sent.error.code, sent.advice === undefined ? 'recipient' : 'operator');
        logRefusal(sent, context);
        // The operator's settings can have changed since then. A refusal of the number is true for the earlier try, too.
        if (isSentPossible && sent.advice !== undefined)
          throw deliveryUnknownFailure(`it refused another try with error ${sent.error.code}`);
        return { outcome: 'failed', error: sent.error };
      case 'not_created':
        context.log.warn('The SMS provider did not accept the message', { reason: sent.reason });
        throw notSentFailure(
          context,
          `The SMS provider did not accept the message: ${sent.reason}`,
          sent.retryAfterMs,
        );
      case 'unknown':
        context.log.warn('The SMS provider did not say whether it accepted the message', {
          reason: sent.reason,
        });
        throw deliveryUnknownFailure(sent.reason);
    }
  }

  /** A new tenant may be missing here and known to the next worker, during a change of the tenants. */
  function messagingFor(tenantId: string, context: Context): TenantMessaging {
    const messaging = tenantMessaging(tenantId);
    if (!messaging)
      throw notSentFailure(
        context,
        `No message was sent: this worker does not know the tenant ${tenantId} (TENANTS_FILE)`,
      );
    return messaging;
  }

  /** A new key may be missing here and known to the next worker, while processes restart one after the other. */
  function keysFor(keyId: string, context: Context): DerivedKeys {
    try {
      return keyRing.get(keyId);
    } catch {
      throw notSentFailure(context, 'No message was sent: SECRET_KEYS lacks the key of this verification');
    }
  }
}

/** Logs an error if every message will be refused until an operator acts, otherwise a warning. */
function logRefusal({ error, advice }: Refusal, { log }: Context): void {
  if (advice === undefined) log.warn('The SMS provider refused a message', { code: error.code });
  else log.error(`The SMS provider refused a message. ${advice}`, { code: error.code });
}

function noTimeLeftFailure(context: Context): ApplicationFailure {
  const isFirst = isFirstTry(context.info);
  const advice = isFirst ? '. If workers are not late, compare the clocks of worker and Temporal' : '';
  return notSentFailure(context, `This try sent no message: the deadline is too near${advice}`);
}
