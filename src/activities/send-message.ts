import { ApplicationFailure, Context } from '@temporalio/activity';
import { deriveCode } from '../crypto/code';
import type { DerivedKeys, KeyRing } from '../crypto/key-ring';
import type { Channel, SendOutcome } from '../domain/types';
import type { SendResult, MessageSender } from '../messaging/sender';
import type { TenantMessaging } from '../tenants/tenant';
import { findSentMessage } from './find-sent-message';
import { deliveryUnknown, notCreated, retryableOnly } from './send-failures';

export interface SendMessageDependencies {
  readonly keyRing: KeyRing;
  readonly senders: Readonly<Record<Channel, MessageSender>>;
  /** Undefined for a tenant that this worker does not know. */
  readonly tenantMessaging: (tenantId: string) => TenantMessaging | undefined;
  /** Where the provider reports what becomes of a verification's messages; undefined for no reports. */
  readonly reportUrl: (workflowId: string, runId: string, nonce: string) => string | undefined;
}

/** Names the code without containing it: the activity derives the same one each time. */
export interface SendMessageRequest {
  readonly tenantId: string;
  readonly channel: Channel;
  /** E.164. */
  readonly phoneNumber: string;
  readonly nonce: string;
  readonly keyId: string;
  readonly codeLength: number;
  /** A message that can't be delivered within this time is worth nothing. */
  readonly validityMs: number;
  /** When the verification started, epoch milliseconds: none of its messages is older. */
  readonly startedAt: number;
  /** The messages of this verification that are accounted for. */
  readonly knownSids: readonly string[];
}

type Refusal = Extract<SendResult, { result: 'refused' }>;

const HEARTBEAT_INTERVAL_MS = 1_000;
/** How far the provider's clock may be behind the server's. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Sends one message and answers what became of it. Every attempt after the first looks before it sends: the provider's
 * create call has no idempotency key, and an earlier attempt may have died between the call and its answer.
 */
export function createSendMessage(dependencies: SendMessageDependencies) {
  const { keyRing, senders, tenantMessaging, reportUrl } = dependencies;

  return async function sendMessage(request: SendMessageRequest): Promise<SendOutcome> {
    const context = Context.current();
    const heartbeat = setInterval(
      () => context.heartbeat(context.info.heartbeatDetails),
      HEARTBEAT_INTERVAL_MS,
    );
    try {
      return await attempt(request, context);
    } catch (error) {
      throw retryableOnly(error, context);
    } finally {
      clearInterval(heartbeat);
    }
  };

  async function attempt(request: SendMessageRequest, context: Context): Promise<SendOutcome> {
    const { channel, phoneNumber: to, nonce, knownSids, startedAt, validityMs } = request;
    const sender = senders[channel];
    const { wording, sender: identity } = messagingFor(request.tenantId, context);
    const { workflowExecution, attempt: attemptNumber } = context.info;
    // The code is bound to the workflow that asks, whatever its input was copied from.
    if (!workflowExecution) throw ApplicationFailure.nonRetryable('Only a workflow can ask for a message');
    const { workflowId, runId } = workflowExecution;
    const code = deriveCode(keysFor(request.keyId, context), { workflowId, nonce }, request.codeLength);
    const uncertain = mayHaveBeenSent(context);

    if (attemptNumber > 1) {
      const search = { to, code, knownSids, createdSince: startedAt - CLOCK_TOLERANCE_MS };
      const sid = await findSentMessage(sender, search, uncertain, context);
      if (sid !== undefined) return { outcome: 'accepted', sid, acceptedAt: Date.now() };
    }
    // Accepted after the deadline, it would be the message of a verification that has ended.
    if (timeLeftMs(context) < sender.maxCallMs) throw deliveryUnknown('no time was left for another call');

    const sent = await sender.send(
      {
        to,
        sender: identity,
        body: wording(code),
        validityMs,
        reportUrl: reportUrl(workflowId, runId, nonce),
      },
      context.cancellationSignal,
    );
    switch (sent.result) {
      case 'accepted':
        if (uncertain) countPossibleDuplicate(context);
        return {
          outcome: 'accepted',
          sid: sent.sid,
          acceptedAt: Date.now(),
          ...(uncertain ? { possibleDuplicate: true } : {}),
        };
      case 'refused':
        logRefusal(sent, context);
        return { outcome: 'failed', error: sent.error };
      case 'not_created':
        context.log.warn('The SMS provider took no message', { reason: sent.reason });
        throw nothingSent(context, `The SMS provider took no message: ${sent.reason}`, sent.retryAfterMs);
      case 'unknown':
        context.log.warn('The SMS provider did not say whether it took the message', { reason: sent.reason });
        throw deliveryUnknown(sent.reason);
    }
  }

  /** While the tenants' file changes, the next worker may know one that this worker does not know yet. */
  function messagingFor(tenantId: string, context: Context): TenantMessaging {
    const messaging = tenantMessaging(tenantId);
    if (!messaging) throw nothingSent(context, 'No message was sent: this worker does not know the tenant');
    return messaging;
  }

  /** A key may be missing here and known to the next worker, while keys are added one process after the other. */
  function keysFor(keyId: string, context: Context): DerivedKeys {
    try {
      return keyRing.get(keyId);
    } catch {
      throw nothingSent(context, 'No message was sent: SECRET_KEYS lacks the key of this verification');
    }
  }
}

/** Whether an earlier attempt may have created the message: unless the last one noted that none has. */
function mayHaveBeenSent({ info }: Context): boolean {
  const details: unknown = info.heartbeatDetails;
  const noted = typeof details === 'object' && details !== null && 'nothingSentUpToAttempt' in details;
  return info.attempt > 1 && !(noted && details.nothingSentUpToAttempt === info.attempt - 1);
}

/** Notes for the next attempt that there is still nothing to look for, where that is known. */
function nothingSent(context: Context, message: string, retryAfterMs?: number): ApplicationFailure {
  // Reaches it with the failure. Until then heartbeats repeat what they were given.
  if (!mayHaveBeenSent(context)) context.heartbeat({ nothingSentUpToAttempt: context.info.attempt });
  return notCreated(message, retryAfterMs);
}

/** An error where every message will be refused until an operator has acted. */
function logRefusal({ error, advice }: Refusal, { log }: Context): void {
  if (advice === undefined) log.warn('The SMS provider refused a message', { code: error.code });
  else log.error(`The SMS provider refused a message. ${advice}`, { code: error.code });
}

/** Until the verification gives up on this message. */
function timeLeftMs({ info }: Context): number {
  return info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs - Date.now();
}

/** The one case in which a person may get the same code twice: the provider hid a message that it had. */
function countPossibleDuplicate({ metricMeter, log }: Context): void {
  const name = 'phone_verification_possible_duplicate_texts';
  metricMeter
    .createCounter(name, 'message', 'Messages sent again because the provider did not list the first')
    .add(1);
  log.warn('Message sent again: the provider did not list the first one');
}
