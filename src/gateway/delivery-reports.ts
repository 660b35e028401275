import { setTimeout } from 'node:timers/promises';
import { VerificationError } from '../domain/refusals';
import type { DeliveryReport } from '../domain/types';
import { deliveryReportSignal } from '../workflows/messages';
import type { RunMessages } from './run-messages';
import type { RunStates } from './run-states';
import type { VerificationId } from './ids';

const QUICK_LOOK_MS = 1_000;
/** A create call that hasn't answered by then may never do so. */
const UNRESOLVED_AFTER_MS = 2_000;

/** Passes on what the SMS provider reports of a message. What can't matter any more is dropped, and never an error. */
export function createDeliveryReports(states: RunStates, messages: RunMessages) {
  return async function reportDelivery(id: VerificationId, report: DeliveryReport): Promise<void> {
    try {
      if (report.failure === null && !(await isMessageUnresolved(id))) return;
      await messages.signal(id, deliveryReportSignal, { nonce: id.nonce, ...report });
    } catch (error) {
      const over =
        error instanceof VerificationError && ['not_found', 'verification_ended'].includes(error.code);
      if (!over) throw error;
    }
  };

  /** Whether a message is so long in flight that a report of it is news. Other good news would only cost events. */
  async function isMessageUnresolved(id: VerificationId): Promise<boolean> {
    const state = await states.readWithin(id, QUICK_LOOK_MS);
    // Nobody answers: its worker may have died with the message in flight.
    if (!state) return true;
    const since = state.messageInFlightSince;
    if (since === null) return false;
    const youth = Date.parse(since) + UNRESOLVED_AFTER_MS - Date.now();
    if (youth <= 0) return true;
    // A report may overtake the call's own answer by a little: that one is waited for, not the report forgotten.
    await setTimeout(Math.min(youth, UNRESOLVED_AFTER_MS));
    const later = await states.readWithin(id, QUICK_LOOK_MS);
    return !later || later.messageInFlightSince === since;
  }
}
