import type { Delivery } from '../delivery/delivery';
import type { Difficulties } from '../difficulties/difficulties';
import type { Denial, Interventions } from '../difficulties/interventions';
import { pause } from '../difficulties/pause';
import { type Text, createText } from '../texts/text';
import type { TextStore } from '../texts/text-store';
import { parseCreateRequest, requestedRecipient } from './create-request';
import type { LoggedRequest } from './request-log';

export interface CreateCallDependencies {
  store: TextStore;
  delivery: Delivery;
  difficulties: Difficulties;
  interventions: Interventions;
  requests: LoggedRequest[];
  closing: AbortSignal;
}

/** How a create-message call is answered; `cut` is no answer at all, but a connection that is reset. */
export type CreateOutcome =
  { kind: 'created'; text: Text } | { kind: 'denied'; denial: Denial } | { kind: 'cut' };

/**
 * Takes a create-message call through everything that can happen to it. The answer shows the text as it was
 * created, however far it has come by then.
 *
 * @throws TwilioError when Twilio would refuse the call.
 */
export async function receiveCreateCall(
  dependencies: CreateCallDependencies,
  form: unknown,
): Promise<CreateOutcome> {
  const { store, delivery, difficulties, interventions, requests, closing } = dependencies;
  requests.push({ kind: 'create', to: requestedRecipient(form), at: Date.now() });
  const request = parseCreateRequest(form);

  if ((await interventions.pass('received', request.to)) === 'is cut') return { kind: 'cut' };
  const denial = interventions.takeDenial(request.to);
  if (denial !== undefined && denial.recorded !== true) return { kind: 'denied', denial };

  const { bodyPrefix } = difficulties;
  const text = createText(request, { bodyPrefix, carrierError: interventions.carrierErrorFor(request.to) });
  store.save(text);
  delivery.begin(text);

  if ((await interventions.pass('recorded', request.to)) === 'is cut') return { kind: 'cut' };
  const { answerDelayMs } = difficulties;
  if (answerDelayMs > 0 && !(await pause(answerDelayMs, closing))) return { kind: 'cut' };
  return denial === undefined ? { kind: 'created', text } : { kind: 'denied', denial };
}
