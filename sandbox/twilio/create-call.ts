import type { Delivery } from '../delivery/delivery';
import type { SandboxSettings } from '../settings';
import type { StubAnswer, NumberFaults } from '../faults/number-faults';
import { pause } from '../pause';
import { type Message, createMessage } from '../messages/message';
import type { MessageStore } from '../messages/message-store';
import { parseCreateRequest, requestedRecipient } from './create-request';
import type { LoggedRequest } from './request-log';

export interface CreateCallDependencies {
  store: MessageStore;
  delivery: Delivery;
  settings: SandboxSettings;
  faults: NumberFaults;
  requests: LoggedRequest[];
  closing: AbortSignal;
}

/** The answer to a create-message call. `disconnected`: no answer, the connection must be reset. */
export type CreateOutcome =
  { kind: 'created'; message: Message } | { kind: 'stubbed'; stub: StubAnswer } | { kind: 'disconnected' };

/**
 * Handles a create-message call, with the faults that are set for its number. The answer contains the message as it was
 * created, even if its status has changed since.
 *
 * @throws TwilioError if Twilio would refuse the call
 */
export async function receiveCreateCall(
  dependencies: CreateCallDependencies,
  form: unknown,
): Promise<CreateOutcome> {
  const { store, delivery, settings, faults, requests, closing } = dependencies;
  requests.push({ kind: 'create', to: requestedRecipient(form), at: Date.now() });
  const request = parseCreateRequest(form);

  if ((await faults.waitForHolds('received', request.to)) === 'disconnected') return { kind: 'disconnected' };
  const stub = faults.takeStub(request.to);
  if (stub !== undefined && stub.recorded !== true) return { kind: 'stubbed', stub };

  const { bodyPrefix } = settings;
  const message = createMessage(request, { bodyPrefix, carrierError: faults.carrierErrorFor(request.to) });
  store.save(message);
  delivery.start(message);

  if ((await faults.waitForHolds('recorded', request.to)) === 'disconnected') return { kind: 'disconnected' };
  const { answerDelayMs } = settings;
  if (answerDelayMs > 0 && !(await pause(answerDelayMs, closing))) return { kind: 'disconnected' };
  return stub === undefined ? { kind: 'created', message } : { kind: 'stubbed', stub };
}
