import { setTimeout } from 'node:timers/promises';
import { deriveTags } from '../crypto/code';
import { VerificationError } from '../domain/errors';
import { MIN_UNSUCCESSFUL_RUN_MS } from '../domain/policy';
import type { Ledger } from '../domain/types';
import type { TextReport, VerificationView } from '../domain/types';
import {
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  resendUpdate,
  submitSignal,
  textReportSignal,
  type VerificationState,
} from '../workflows/messages';
import { createRuns } from './runs';
import { createStarter, type Idempotency, type StarterDependencies, type StartRequest } from './starter';
import { formatVerificationId, parseVerificationId, type VerificationId } from './verification-id';

/** A verification under its public id. */
export interface IdentifiedView extends VerificationView {
  readonly id: string;
}

/**
 * All that can be done with verifications. Every method throws a VerificationError: `not_found`,
 * `verification_ended`, `temporal_unavailable`, `worker_unavailable`, and what each names itself.
 */
export interface Verifications {
  /**
   * `created` is false for a repeat. Throws `verification_in_progress`, `phone_number_cooling_down`,
   * `idempotency_key_reused`. Needs no worker.
   */
  start(request: StartRequest & Idempotency): Promise<{ created: boolean; verification: IdentifiedView }>;
  /** As it stands; with a wait, as soon as it ends or when the wait is over or aborted. */
  get(id: string, wait?: { waitMs: number; signal: AbortSignal }): Promise<IdentifiedView>;
  /** Judges a code of the right length. Throws `idempotency_key_reused`. */
  check(
    id: string,
    code: string,
    by: Idempotency,
  ): Promise<{ verified: boolean; verification: IdentifiedView }>;
  /** Sends a code in, fire and forget: also while no worker answers. */
  submit(id: string, code: string): Promise<void>;
  /** Asks for an end as `canceled`, fire and forget like `submit`. */
  requestCancel(id: string, reason: string | null): Promise<void>;
  /** Throws if it is known that nothing can be sent to it. */
  assertOpen(id: string): Promise<void>;
  /** One more text. Throws `resend_too_soon`, `resend_limit_reached`. */
  resend(id: string): Promise<IdentifiedView>;
  /** Ends it as `canceled`, or returns how it had already ended. */
  cancel(id: string): Promise<IdentifiedView>;
  /** Passes on what the SMS provider reports of a text. What can't matter any more is dropped, and never an error. */
  reportText(id: string, report: TextReport): Promise<void>;
  /** Whether Temporal answers. */
  isReachable(): Promise<boolean>;
}

/** How long a reason to refuse is looked for before a Signal is sent all the same. */
const QUICK_LOOK_MS = 1_000;
/** How soon a run that may be decided and still open is looked at again. */
const LOOK_AGAIN_MS = 250;
/** A create call that hasn't answered by then may never do so. */
const UNRESOLVED_AFTER_MS = 2_000;

export function createVerifications(dependencies: StarterDependencies): Verifications {
  const { keyRing, digests } = dependencies;
  const runs = createRuns(dependencies.client);
  const start = createStarter(dependencies, runs);

  return {
    async start(request) {
      const { created, runId, workflowId, state } = await start(request);
      return { created, verification: identify({ workflowId, runId, nonce: state.nonce }, state) };
    },

    async get(publicId, wait) {
      const id = parse(publicId);
      let state = await runs.read(id);
      if (!wait) return identify(id, state);
      const giveUpAt = Date.now() + wait.waitMs;
      while (state.endedAt === null && Date.now() < giveUpAt && !wait.signal.aborted) {
        // A young run may be decided before it closes: it is looked at again before the close is waited for.
        const young = Date.now() < Date.parse(state.createdAt) + MIN_UNSUCCESSFUL_RUN_MS;
        const waitMs = Math.min(giveUpAt - Date.now(), young ? LOOK_AGAIN_MS : Infinity);
        state = (await runs.waitForEnd(id, waitMs, wait.signal)) ?? (await runs.read(id));
      }
      return identify(id, state);
    },

    async check(publicId, code, { caller, idempotencyKey }) {
      const id = parse(publicId);
      const tags = deriveTags(keyRing, id.nonce, code);
      const updateId =
        idempotencyKey === undefined ? undefined : digests.idempotencyKey('check', caller, idempotencyKey);
      const outcome = await runs.update(id, checkUpdate, { nonce: id.nonce, tags }, updateId);
      // Temporal answers a known update id with its first outcome, whatever was sent this time.
      if (!outcome.tags.some((tag) => tags.includes(tag))) {
        throw new VerificationError({ code: 'idempotency_key_reused' });
      }
      return { verified: outcome.verified, verification: identify(id, outcome.state) };
    },

    async submit(publicId, code) {
      const id = await parseOpen(publicId);
      await runs.signal(id, submitSignal, { nonce: id.nonce, tags: deriveTags(keyRing, id.nonce, code) });
    },

    async requestCancel(publicId, reason) {
      const id = await parseOpen(publicId);
      await runs.signal(id, cancelSignal, { nonce: id.nonce, reason });
    },

    async assertOpen(publicId) {
      await parseOpen(publicId);
    },

    async resend(publicId) {
      const id = parse(publicId);
      return identify(id, await runs.update(id, resendUpdate, { nonce: id.nonce }));
    },

    async cancel(publicId) {
      const id = parse(publicId);
      try {
        return identify(id, await runs.update(id, cancelUpdate, { nonce: id.nonce }));
      } catch (error) {
        if (!(error instanceof VerificationError) || error.code !== 'verification_ended') throw error;
        const state = await runs.read(id);
        // Its window is over, though its timer has yet to say so.
        if (state.endedAt === null) return identify(id, (await runs.waitForEnd(id, QUICK_LOOK_MS)) ?? state);
        return identify(id, state);
      }
    },

    async reportText(publicId, report) {
      const id = parseVerificationId(publicId);
      if (!id) return;
      try {
        if (report.failure === null && !(await isTextUnresolved(id))) return;
        await runs.signal(id, textReportSignal, { nonce: id.nonce, ...report });
      } catch (error) {
        const over =
          error instanceof VerificationError && ['not_found', 'verification_ended'].includes(error.code);
        if (!over) throw error;
      }
    },

    isReachable: () => runs.isReachable(),
  };

  /** Whether a text is so long in flight that a report of it is news. Other good news would only cost events. */
  async function isTextUnresolved(id: VerificationId): Promise<boolean> {
    const state = await runs.readWithin(id, QUICK_LOOK_MS);
    // Nobody answers: its worker may have died with the text in flight.
    if (!state) return true;
    const since = state.textInFlightSince;
    if (since === null) return false;
    const youth = Date.parse(since) + UNRESOLVED_AFTER_MS - Date.now();
    if (youth <= 0) return true;
    // A report may overtake the call's own answer by a little: that one is waited for, not the report forgotten.
    await setTimeout(Math.min(youth, UNRESOLVED_AFTER_MS));
    const later = await runs.readWithin(id, QUICK_LOOK_MS);
    return !later || later.textInFlightSince === since;
  }

  /** Open as far as is known: without an answer in time it is taken for open. */
  async function parseOpen(publicId: string): Promise<VerificationId> {
    const id = parse(publicId);
    const state = await runs.readWithin(id, QUICK_LOOK_MS);
    if (state?.endedAt) throw runs.endedError(state);
    return id;
  }
}

function parse(publicId: string): VerificationId {
  const id = parseVerificationId(publicId);
  if (!id) throw new VerificationError({ code: 'not_found' });
  return id;
}

/** Drops what is the workflow's own: no caller gets a nonce, or a number's ledger. */
function identify(id: VerificationId, state: VerificationState & { ledger?: Ledger }): IdentifiedView {
  const { nonce: _nonce, textInFlightSince: _textInFlightSince, ledger: _ledger, ...view } = state;
  return { id: formatVerificationId(id), ...view };
}
