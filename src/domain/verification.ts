import { ownDeliveryErrors } from './delivery-errors';
import type { Refusal } from './refusals';
import { Messages } from './messages';
import { ledgerAfter, numberLimitRefusal } from './ledger';
import { MIN_UNVERIFIED_RUN_MS, resendRefusal, SEND_DEADLINE_MS } from './policy';
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
  type DeliveryError,
} from './types';

/**
 * The state machine of one verification. All times are epoch milliseconds and arguments: this class reads no clock, so
 * that a workflow can use it. There the same history must always lead to the same state.
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

  get hasEnded(): boolean {
    return this.endedAt !== null;
  }

  get attemptsRemaining(): number {
    return this.input.policy.maxAttempts - this.attempts.length;
  }

  /** Returns a refusal once the verification has ended. Has no side effects: validators call it. */
  endedRefusal(now: number): Refusal | undefined {
    const isWindowOver = this.status === 'pending' && this.expiresAt !== null && now >= this.expiresAt;
    const status = isWindowOver ? 'expired' : this.status;
    return isFinal(status) ? { code: 'verification_ended', verificationStatus: status } : undefined;
  }

  /**
   * Returns a refusal if a code with this many digits is not judged; null: a code of any length is judged. Has no side
   * effects: validators call it.
   */
  submitRefusal(digits: number | null, now: number): Refusal | undefined {
    const { codeLength } = this.input.policy;
    const ended = this.endedRefusal(now);
    return digits === null || digits === codeLength ? ended : (ended ?? { code: 'invalid_code', codeLength });
  }

  /**
   * Judges a submitted code by its tags, one for each secret key. Returns whether it is right. A code that is too late
   * or has the wrong number of digits is not counted as an attempt.
   */
  submit(digits: number | null, tags: readonly string[], now: number): boolean {
    if (this.submitRefusal(digits, now)) return false;
    const matched = tags.includes(this.input.tag);
    this.attempts.push({ at: now, matched });
    if (matched) this.end('verified', now);
    else if (this.attemptsRemaining === 0) this.end('max_attempts_reached', now);
    this.changed(now);
    return matched;
  }

  /** Ends the verification if its first worker came too late: then the person no longer expects a message. */
  failIfTooLate(now: number): void {
    if (now - this.startedAt <= SEND_DEADLINE_MS) return;
    this.fail(ownDeliveryErrors.worker_unavailable, now);
    this.changed(now);
  }

  /** Returns a refusal if no message may be sent now. */
  resendRefusal(now: number): Refusal | undefined {
    const { policy, ledger } = this.input;
    return (
      this.endedRefusal(now) ??
      resendRefusal(policy, this.messages, this.windowLeftMs(now), now) ??
      numberLimitRefusal([...ledger.messages, ...this.messages.possiblySentAt], policy.numberLimit, now)
    );
  }

  messageRequested(now: number): void {
    this.messages.request(now);
    this.changed(now);
  }

  /**
   * Records the outcome of the message in flight, if there still is one. The first accepted message opens the window. A
   * failed first message ends the verification; a failed resend does not.
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
   * Records a delivery report. One with an unknown SID proves that a message was accepted whose outcome was not known.
   * The verification ends when no message can arrive any more. Repeated, late or unrelated reports change nothing.
   */
  deliveryReported({ sid, failure, messageIndex }: DeliveryReport, now: number): void {
    if (this.endedRefusal(now)) return;
    const { messages } = this;
    if (!messages.acceptedSids.includes(sid)) {
      if (messageIndex === undefined || messages.all[messageIndex] === messages.inFlight)
        this.messageSettled({ outcome: 'accepted', sid, acceptedAt: now }, now);
      else if (messages.accept(messageIndex, sid)) this.changed(now);
    }
    if (failure === null || !messages.recordLoss(sid, failure)) return;
    // Without an index, this decides as the version did that sent the message: its histories must stay replayable.
    const mayAnyArrive = messageIndex === undefined ? messages.isAnyUnderWay : messages.mayAnyArrive;
    if (!mayAnyArrive) this.fail(failure, now);
    this.changed(now);
  }

  /** Ends the verification as `verified` without a code: the caller has checked the person in another way. */
  approve(now: number): void {
    if (this.endedRefusal(now)) return;
    this.end('verified', now);
    this.changed(now);
  }

  cancel(now: number, reason: string | null = null): void {
    if (this.endedRefusal(now)) return;
    this.cancelReason = reason;
    this.end('canceled', now);
    this.changed(now);
  }

  /** Call this when the window is over: an open verification expires. */
  close(): void {
    if (this.hasEnded || this.expiresAt === null) return;
    this.end('expired', this.expiresAt);
    // A message can have been settled after the end of the window, just before its timer fired.
    this.changed(Math.max(this.expiresAt, this.updatedAt));
  }

  /** The ledger for the number's next verification. Call this after the end. */
  ledger(): Ledger {
    const outcome = {
      status: this.status,
      failedCodes: this.attempts.filter(({ matched }) => !matched).length,
      messages: this.messages.possiblySentAt,
      endedAt: rfc3339(this.endedAt ?? this.updatedAt),
    };
    return ledgerAfter(this.input.ledger, outcome, this.input.policy.numberLimit);
  }

  /** How much longer an ended run must stay open: see MIN_UNVERIFIED_RUN_MS. */
  stayOpenMs(now: number): number {
    return this.status === 'verified' ? 0 : Math.max(0, this.startedAt + MIN_UNVERIFIED_RUN_MS - now);
  }

  /** The time until the window closes: the whole window before it opens, 0 after the end. */
  windowLeftMs(now: number): number {
    if (this.hasEnded) return 0;
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
