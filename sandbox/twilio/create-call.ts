import type { Delivery } from '../delivery/delivery';
import type { SandboxSettings } from '../settings';
import type { Denial, NumberFaults } from '../faults/number-faults';
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

/** How a create-message call is answered. `cut`: not at all, its connection is reset. */
export type CreateOutcome =
  { kind: 'created'; message: Message } | { kind: 'denied'; denial: Denial } | { kind: 'cut' };

/**
 * Handles a create-message call with the faults that are set for its number. The answer shows the message as it was
 * created, even if its status has changed since.
 *
 * @throws TwilioError when Twilio would refuse the call.
 */
export async function receiveCreateCall(
  dependencies: CreateCallDependencies,
  form: unknown,
): Promise<CreateOutcome> {
  const { store, delivery, settings, faults, requests, closing } = dependencies;
  requests.push({ kind: 'create', to: requestedRecipient(form), at: Date.now() });
  const request = parseCreateRequest(form);

  if ((await faults.waitForHolds('received', request.to)) === 'is cut') return { kind: 'cut' };
  const denial = faults.takeDenial(request.to);
  if (denial !== undefined && denial.recorded !== true) return { kind: 'denied', denial };

  const { bodyPrefix } = settings;
  const message = createMessage(request, { bodyPrefix, carrierError: faults.carrierErrorFor(request.to) });
  store.save(message);
  delivery.start(message);

  if ((await faults.waitForHolds('recorded', request.to)) === 'is cut') return { kind: 'cut' };
  const { answerDelayMs } = settings;
  if (answerDelayMs > 0 && !(await pause(answerDelayMs, closing))) return { kind: 'cut' };
  return denial === undefined ? { kind: 'created', message } : { kind: 'denied', denial };
}
