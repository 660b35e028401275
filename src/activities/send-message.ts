import { ApplicationFailure, Context } from '@temporalio/activity';
import { deriveCode } from '../crypto/code';
import type { DerivedKeys, KeyRing } from '../crypto/key-ring';
import type { SendOutcome } from '../domain/types';
import { CALL_TIMEOUT_MS } from '../messaging/twilio/http-client';
import type { SendResult, SmsSender } from '../messaging/sender';
import type { TextTemplate } from '../messaging/wording';
import { findSentText } from './find-sent-message';
import { deliveryUnknown, notCreated, retryableOnly } from './send-failures';

export interface SendSmsDependencies {
  readonly keyRing: KeyRing;
  readonly sender: SmsSender;
  readonly template: TextTemplate;
  /** Where the provider reports what becomes of a verification's texts; undefined for no reports. */
  readonly statusCallback: (workflowId: string, runId: string, nonce: string) => string | undefined;
}

/** Names the code without containing it: the activity derives the same one each time. */
export interface SendSmsRequest {
  /** E.164. */
  readonly phoneNumber: string;
  readonly nonce: string;
  readonly keyId: string;
  readonly codeLength: number;
  /** A text that can't be delivered within this time is worth nothing. */
  readonly validityMs: number;
  /** When the verification started, epoch milliseconds: none of its texts is older. */
  readonly startedAt: number;
  /** The texts of this verification that are accounted for. */
  readonly knownSids: readonly string[];
}

type Refusal = Extract<SendResult, { result: 'refused' }>;

const HEARTBEAT_INTERVAL_MS = 1_000;
/** How far the provider's clock may be behind the server's. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Sends one text and answers what became of it. Every attempt after the first looks before it sends: the provider's
 * create call has no idempotency key, and an earlier attempt may have died between the call and its answer.
 */
export function createSendSms({ keyRing, sender, template, statusCallback }: SendSmsDependencies) {
  return async function sendSms(request: SendSmsRequest): Promise<SendOutcome> {
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

  async function attempt(request: SendSmsRequest, context: Context): Promise<SendOutcome> {
    const { phoneNumber: to, nonce, knownSids, startedAt, validityMs } = request;
    const { workflowExecution, attempt: attemptNumber } = context.info;
    // The code is bound to the workflow that asks, whatever its input was copied from.
    if (!workflowExecution) throw ApplicationFailure.nonRetryable('Only a workflow can ask for a text');
    const { workflowId, runId } = workflowExecution;
    const code = deriveCode(keysFor(request.keyId, context), { workflowId, nonce }, request.codeLength);
    const uncertain = mayHaveBeenSent(context);

    if (attemptNumber > 1) {
      const search = { to, code, knownSids, createdSince: startedAt - CLOCK_TOLERANCE_MS };
      const sid = await findSentText(sender, search, uncertain, context);
      if (sid !== undefined) return { outcome: 'accepted', sid, acceptedAt: Date.now() };
    }
    // Accepted after the deadline, it would be the text of a verification that has ended.
    if (timeLeftMs(context) < CALL_TIMEOUT_MS) throw deliveryUnknown('no time was left for another call');

    const callbackUrl = statusCallback(workflowId, runId, nonce);
    const text = { to, body: template(code), validityMs, statusCallback: callbackUrl };
    const sent = await sender.send(text, context.cancellationSignal);
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

  /** A key may be missing here and known to the next worker, while keys are added one process after the other. */
  function keysFor(keyId: string, context: Context): DerivedKeys {
    try {
      return keyRing.get(keyId);
    } catch {
      throw nothingSent(context, 'No message was sent: SECRET_KEYS lacks the key of this verification');
    }
  }
}

/** Whether an earlier attempt may have created the text: unless the last one noted that none has. */
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

/** Until the verification gives up on this text. */
function timeLeftMs({ info }: Context): number {
  return info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs - Date.now();
}

/** The one case in which a person may get the same code twice: the provider hid a text that it had. */
function countPossibleDuplicate({ metricMeter, log }: Context): void {
  const name = 'phone_verification_possible_duplicate_texts';
  metricMeter
    .createCounter(name, 'text', 'Texts sent again because the provider did not list the first')
    .add(1);
  log.warn('Text sent again: the provider did not list the first one');
}
