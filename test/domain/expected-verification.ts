import { ownDeliveryErrors } from '../../src/domain/delivery-errors';
import { isFinal, type DeliveryError, type DeliveryReport, type Ledger } from '../../src/domain/types';
import type { Policy, Status } from '../../src/domain/types';

export const lost: DeliveryError = { code: '30003', message: 'Unreachable.' };

/** What happened to a message. `clockMs`: how far the clock of the worker was off. */
export type Sent =
  | { readonly result: 'accepted'; readonly clockMs: number; readonly isPossibleDuplicate: boolean }
  | { readonly result: 'test number' | 'refused' | 'unknown' | 'nothing sent' };

interface ExpectedMessage {
  readonly at: number;
  result: Sent['result'] | 'in flight';
  /** When it was sent, as far as that is known. */
  sentAt: number;
  sid?: string;
  isPossibleDuplicate?: boolean;
  lost?: DeliveryError;
}

const MIN_LEFT_FOR_RESEND_MS = 15_000;
const LATEST_FIRST_TASK_MS = 30_000;

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** A verification in its simplest form: lists of what happened, from which the rest is counted each time. */
export class ExpectedVerification {
  private status: Status = 'sending';
  private error: DeliveryError | null = null;
  private windowEnd: number | null = null;
  private endedAt: number | null = null;
  private reason: string | null = null;
  private readonly codes: boolean[] = [];
  private readonly messages: ExpectedMessage[] = [];

  constructor(
    private readonly policy: Policy,
    private readonly before: Ledger,
    private readonly startedAt: number,
  ) {}

  firstTask(now: number): void {
    if (now > this.startedAt + LATEST_FIRST_TASK_MS)
      this.finish('undeliverable', now, ownDeliveryErrors.worker_unavailable);
    else this.messages.push({ at: now, sentAt: now, result: 'in flight' });
  }

  submit(isLengthRight: boolean, isRight: boolean, now: number) {
    if (this.isOver(now)) return { refused: 'verification_ended', matched: false };
    if (!isLengthRight) return { refused: 'invalid_code', matched: false };
    this.codes.push(isRight);
    if (isRight) this.finish('verified', now);
    else if (this.codes.length === this.policy.maxAttempts) this.finish('max_attempts_reached', now);
    return { refused: undefined, matched: isRight };
  }

  resend(now: number) {
    const refused = this.resendRefused(now);
    if (refused === undefined) this.messages.push({ at: now, sentAt: now, result: 'in flight' });
    return { refused };
  }

  settle(sent: Sent, sid: string, now: number): undefined {
    const message = this.messages.find(({ result }) => result === 'in flight');
    if (!message) return;
    message.result = sent.result;
    if (sent.result === 'accepted') {
      message.sid = sid;
      message.sentAt = Math.min(now, Math.max(message.at, now + sent.clockMs));
      message.isPossibleDuplicate = sent.isPossibleDuplicate;
    }
    if (this.status !== 'sending') return;
    if (sent.result === 'refused') this.finish('undeliverable', now, lost);
    else if (sent.result === 'unknown' || sent.result === 'nothing sent')
      this.finish('undeliverable', now, ownDeliveryErrors.delivery_unknown);
    else {
      this.status = 'pending';
      this.windowEnd = (sent.result === 'accepted' ? message.sentAt : now) + this.policy.windowMs;
    }
  }

  report({ sid, failure, messageIndex: index }: DeliveryReport, now: number): undefined {
    if (this.isOver(now)) return;
    const hasSid = (message: ExpectedMessage) => message.result === 'accepted' && message.sid === sid;
    const inFlight = this.messages.find(({ result }) => result === 'in flight');
    const subject = index === undefined ? inFlight : this.messages[index];
    if (subject && !this.messages.some(hasSid)) {
      if (subject === inFlight)
        this.settle({ result: 'accepted', clockMs: 0, isPossibleDuplicate: false }, sid, now);
      else if (subject.result === 'unknown') Object.assign(subject, { result: 'accepted', sid });
    }
    const reported = this.messages.find(hasSid);
    if (!failure || !reported || reported.lost) return;
    reported.lost = failure;
    const mayArrive = ['in flight', 'accepted', ...(index === undefined ? [] : ['unknown'])];
    if (!this.messages.some((message) => mayArrive.includes(message.result) && !message.lost))
      this.finish('undeliverable', now, failure);
  }

  end(how: 'cancel' | 'approve', now: number) {
    if (this.isOver(now)) return { refused: 'verification_ended' };
    if (how === 'cancel') this.reason = 'because';
    this.finish(how === 'cancel' ? 'canceled' : 'verified', now);
    return { refused: undefined };
  }

  close(now: number): undefined {
    if (this.status === 'pending' && this.isOver(now)) this.finish('expired', this.windowEnd ?? now);
  }

  facts(now: number) {
    const { status, codes, messages, policy, error } = this;
    const indexes = (...results: string[]) =>
      messages.flatMap(({ result }, index) => (results.includes(result) ? [index] : []));
    const accepted = indexes('accepted');
    const possiblySentAt = this.possiblySentAt();
    return {
      view: {
        status,
        error,
        attemptsRemaining: policy.maxAttempts - codes.length,
        expiresAt: iso(this.windowEnd),
        endedAt: iso(this.endedAt),
        messagesAt: messages.map(({ at }) => iso(at)),
        cancelReason: this.reason,
      },
      messages: {
        acceptedSids: accepted.map((index) => messages[index]?.sid),
        acceptedIndexes: accepted,
        failed: indexes('refused', 'unknown', 'nothing sent').map((index) => ({
          index,
          error: messages[index]?.result === 'refused' ? lost : ownDeliveryErrors.delivery_unknown,
        })),
        possiblySentAt,
        mayHaveUnknownSids: messages.some(
          ({ result, isPossibleDuplicate }) => result === 'unknown' || isPossibleDuplicate === true,
        ),
      },
      acceptedAt: messages.filter(({ result }) => result === 'accepted').map(({ sentAt }) => sentAt),
      losses: messages.map((message) => message.lost?.code),
      windowLeftMs: this.endedAt === null ? Math.max(0, (this.windowEnd ?? now + policy.windowMs) - now) : 0,
      details: this.detailWords(),
      ledger: this.endedAt === null ? null : this.ledger(possiblySentAt),
    };
  }

  private possiblySentAt(): number[] {
    const counted = ['in flight', 'accepted', 'unknown'];
    return this.messages.filter(({ result }) => counted.includes(result)).map(({ at }) => at);
  }

  private ledger(sentAt: readonly number[]) {
    const { numberLimit } = this.policy;
    const messages = numberLimit ? [...this.before.messages, ...sentAt].slice(-numberLimit.max) : [];
    if (this.status === 'verified')
      return { unsuccessful: 0, failedCodes: 0, lastUnsuccessfulAt: null, messages };
    const failed = this.codes.filter((isRight) => !isRight).length;
    const isUnsuccessful =
      failed > 0 || this.status === 'expired' || (this.status === 'canceled' && sentAt.length > 0);
    return {
      unsuccessful: this.before.unsuccessful + (isUnsuccessful ? 1 : 0),
      failedCodes: this.before.failedCodes + failed,
      lastUnsuccessfulAt: isUnsuccessful ? iso(this.endedAt) : this.before.lastUnsuccessfulAt,
      messages,
    };
  }

  /** The first word of each message and attempt in the details for operators. */
  private detailWords(): string[] {
    const words: Readonly<Record<string, string>> = {
      'in flight': 'in',
      accepted: 'accepted',
      'test number': 'no',
    };
    const messages = this.messages.map((message) =>
      message.lost ? 'lost' : (words[message.result] ?? 'failed'),
    );
    return [...messages, ...this.codes.map((isRight) => (isRight ? 'right' : 'wrong'))];
  }

  private isOver(now: number): boolean {
    return isFinal(this.status) || now >= (this.windowEnd ?? Infinity);
  }

  private resendRefused(now: number): string | undefined {
    const { maxResends, resendIntervalMs, windowMs, numberLimit } = this.policy;
    const last = this.messages.at(-1);
    if (this.isOver(now)) return 'verification_ended';
    if (this.messages.length > maxResends || windowMs < resendIntervalMs) return 'resend_limit_reached';
    const leftMs = this.windowEnd === null ? windowMs : this.windowEnd - now;
    if (leftMs < MIN_LEFT_FOR_RESEND_MS) return 'resend_limit_reached';
    if (!last || last.result === 'in flight' || now < last.sentAt + resendIntervalMs)
      return 'resend_too_soon';
    const counted = this.messages.filter(({ result }) => ['accepted', 'unknown'].includes(result));
    const recent = [...this.before.messages, ...counted.map(({ at }) => at)].filter(
      (at) => numberLimit && at > now - numberLimit.periodMs,
    );
    return numberLimit && recent.length >= numberLimit.max ? 'rate_limited' : undefined;
  }

  private finish(status: Status, now: number, error: DeliveryError | null = null): void {
    this.status = status;
    this.endedAt = now;
    this.error = error;
  }
}
