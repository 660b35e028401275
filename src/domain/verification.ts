import { ownDeliveryErrors } from './delivery-errors';
import type { Refusal } from './refusals';
import { Messages } from './messages';
import { ledgerAfter, numberLimitRefusal } from './ledger';
import { MIN_UNSUCCESSFUL_RUN_MS, resendRefusal, SEND_DEADLINE_MS } from './policy';
import { rfc3339 } from './rfc3339';
import {
  isFinal,
  type Attempt,
  type FinalStatus,
  type Ledger,
  type SendOutcome,
  type Status,
  type DeliveryReport,
  type VerificationInput,
  type VerificationView,
  type DeliveryError,
} from './types';

/**
 * The state machine of one verification. Every time is epoch milliseconds and handed in: nothing here reads a
 * clock, so it runs inside a workflow, where the same history must always lead to the same state.
 */
export class Verification {
  status: Status = 'sending';
  expiresAt: number | null = null;
  endedAt: number | null = null;
  error: DeliveryError | null = null;
  cancelReason: string | null = null;
  updatedAt: number;
  readonly attempts: Attempt[] = [];
  readonly messages = new Messages();

  constructor(
    readonly input: VerificationInput,
    private readonly startedAt: number,
    private readonly onChange: (verification: Verification) => void = () => {},
  ) {
    this.updatedAt = startedAt;
    onChange(this);
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  get attemptsRemaining(): number {
    return this.input.policy.maxAttempts - this.attempts.length;
  }

  /** Why nothing can be asked of it any more; undefined while it is open. Changes nothing: validators call it. */
  endedRefusal(now: number): Refusal | undefined {
    const windowClosed = this.status === 'pending' && this.expiresAt !== null && now >= this.expiresAt;
    const status = windowClosed ? 'expired' : this.status;
    return isFinal(status) ? { code: 'verification_ended', verificationStatus: status } : undefined;
  }

  /** Why a code of so many digits is not judged; undefined if it is. Changes nothing: validators call it. */
  submitRefusal(digits: number, now: number): Refusal | undefined {
    const { codeLength } = this.input.policy;
    return (
      this.endedRefusal(now) ?? (digits === codeLength ? undefined : { code: 'invalid_code', codeLength })
    );
  }

  /**
   * Judges one submitted code by its tags, one for each key that may have made it. Too late, or with another number of
   * digits than the code's, it counts nothing.
   */
  submit(digits: number, tags: readonly string[], now: number): boolean {
    if (this.submitRefusal(digits, now)) return false;
    const matched = tags.includes(this.input.tag);
    this.attempts.push({ at: now, matched });
    if (matched) this.end('verified', now);
    else if (this.attemptsRemaining === 0) this.end('max_attempts_reached', now);
    this.changed(now);
    return matched;
  }

  /** The first worker may come too late for the person who waits: then no message is sent any more. */
  refuseLateStart(now: number): void {
    if (now - this.startedAt <= SEND_DEADLINE_MS) return;
    this.fail(ownDeliveryErrors.worker_unavailable, now);
    this.changed(now);
  }

  /** Why no further message is sent now. */
  resendRefusal(now: number): Refusal | undefined {
    const { policy, ledger } = this.input;
    return (
      this.endedRefusal(now) ??
      resendRefusal(policy, this.messages, this.windowLeftMs(now), now) ??
      numberLimitRefusal([...ledger.messages, ...this.messages.mayBeOut], policy.numberLimit, now)
    );
  }

  messageRequested(now: number): void {
    this.messages.request(now);
    this.changed(now);
  }

  /**
   * The provider's word on the message in flight, if there still is one. The first accepted message opens the window; a
   * failed first message ends the verification, a failed resend never does.
   */
  messageSettled(outcome: SendOutcome, now: number): void {
    const settled = this.messages.settle(outcome, now);
    if (!settled) return;
    if (this.status === 'sending') {
      if (settled.outcome === 'failed') {
        this.fail(settled.error, now);
      } else {
        this.status = 'pending';
        this.expiresAt = settled.acceptedAt + this.input.policy.windowMs;
      }
    }
    this.changed(now);
  }

  /**
   * What the provider reports later. A message nobody knows is the one in flight: the report proves that it exists. When
   * no message is left that could arrive, the verification ends. Reports of strangers, repeated or late, change nothing.
   */
  deliveryReported({ sid, failure }: DeliveryReport, now: number): void {
    if (this.endedRefusal(now)) return;
    if (!this.messages.acceptedSids.includes(sid))
      this.messageSettled({ outcome: 'accepted', sid, acceptedAt: now }, now);
    if (failure === null || !this.messages.lose(sid, failure)) return;
    if (!this.messages.anyMayArrive) this.fail(failure, now);
    this.changed(now);
  }

  cancel(now: number, reason: string | null = null): void {
    if (this.endedRefusal(now)) return;
    this.cancelReason = reason;
    this.end('canceled', now);
    this.changed(now);
  }

  /** The window is over. What was not decided by then has expired. */
  close(): void {
    if (this.ended || this.expiresAt === null) return;
    this.end('expired', this.expiresAt);
    this.changed(this.expiresAt);
  }

  /** What this one leaves behind, once it has ended. */
  ledger(): Ledger {
    const outcome = {
      status: this.status,
      failedCodes: this.attempts.filter(({ matched }) => !matched).length,
      messages: this.messages.mayBeOut,
      endedAt: rfc3339(this.endedAt ?? this.updatedAt),
    };
    return ledgerAfter(this.input.ledger, outcome, this.input.policy.numberLimit);
  }

  /** How long an unsuccessful one stays open for those who start the next by an older ledger. */
  closingDelayMs(now: number): number {
    return this.status === 'verified' ? 0 : Math.max(0, this.startedAt + MIN_UNSUCCESSFUL_RUN_MS - now);
  }

  view(): VerificationView {
    return {
      phoneNumber: this.input.phoneNumber,
      status: this.status,
      attemptsRemaining: this.attemptsRemaining,
      codeLength: this.input.policy.codeLength,
      windowMs: this.input.policy.windowMs,
      createdAt: this.input.createdAt,
      expiresAt: this.expiresAt === null ? null : rfc3339(this.expiresAt),
      endedAt: this.endedAt === null ? null : rfc3339(this.endedAt),
      error: this.error,
      updatedAt: rfc3339(this.updatedAt),
      cancelReason: this.cancelReason,
    };
  }

  /** The whole window before it opens, 0 once it has closed or the verification has ended. */
  windowLeftMs(now: number): number {
    if (this.ended) return 0;
    return Math.max(0, (this.expiresAt ?? now + this.input.policy.windowMs) - now);
  }

  private changed(now: number): void {
    this.updatedAt = now;
    this.onChange(this);
  }

  private fail(error: DeliveryError, now: number): void {
    this.error = error;
    this.end('undeliverable', now);
  }

  private end(status: FinalStatus, now: number): void {
    this.status = status;
    this.endedAt = now;
  }
}
