import { setTimeout } from 'node:timers/promises';
import { VerificationError } from '../domain/refusals';
import type { DeliveryReport } from '../domain/types';
import { deliveryReportSignal } from '../workflows/messages';
import type { RunMessages } from './run-messages';
import type { RunStates } from './run-states';
import type { VerificationId } from './ids';

const STATE_TIMEOUT_MS = 1_000;
/** After this time, the provider's answer to the create call was probably lost. */
const UNRESOLVED_AFTER_MS = 2_000;

/**
 * Passes the provider's delivery reports on to the workflow. A report for an unknown or ended verification is dropped
 * without an error.
 */
export function createDeliveryReports(states: RunStates, messages: RunMessages) {
  return async function reportDelivery(id: VerificationId, report: DeliveryReport): Promise<void> {
    try {
      if (report.failure === null && !(await isMessageUnresolved(id))) return;
      await messages.signal(id, deliveryReportSignal, { nonce: id.nonce, ...report });
    } catch (error) {
      const isUnknownOrEnded =
        error instanceof VerificationError && ['not_found', 'verification_ended'].includes(error.code);
      if (!isUnknownOrEnded) throw error;
    }
  };

  /**
   * Whether a message has been in flight for so long that the workflow needs this report to know that it was accepted.
   * Other reports without a failure are dropped: each would add an event to the history.
   */
  async function isMessageUnresolved(id: VerificationId): Promise<boolean> {
    const state = await states.readWithin(id, STATE_TIMEOUT_MS);
    // No worker answers. One may have died while a message was in flight.
    if (!state) return true;
    const since = state.messageInFlightSince;
    if (since === null) return false;
    const waitMs = Date.parse(since) + UNRESOLVED_AFTER_MS - Date.now();
    if (waitMs <= 0) return true;
    // A report can arrive shortly before the answer to the create call. This waits for that answer.
    await setTimeout(Math.min(waitMs, UNRESOLVED_AFTER_MS));
    const later = await states.readWithin(id, STATE_TIMEOUT_MS);
    return !later || later.messageInFlightSince === since;
  }
}
