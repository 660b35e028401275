import { nextResendAt } from './policy';
import { rfc3339, rfc3339OrNull } from './rfc3339';
import type { VerificationView } from './types';
import type { Verification } from './verification';

/** The verification as its caller sees it. */
export function viewOf(verification: Verification): VerificationView {
  const { input, status, attemptsRemaining, messages, expiresAt, endedAt, error } = verification;
  return {
    phoneNumber: input.phoneNumber,
    status,
    attemptsRemaining,
    codeLength: input.policy.codeLength,
    windowMs: input.policy.windowMs,
    createdAt: input.createdAt,
    expiresAt: rfc3339OrNull(expiresAt),
    endedAt: rfc3339OrNull(endedAt),
    error,
    messagesAt: messages.all.map(({ requestedAt }) => rfc3339(requestedAt)),
    nextResendAt: rfc3339OrNull(verification.hasEnded ? null : nextResendAt(verification)),
    updatedAt: rfc3339(verification.updatedAt),
    cancelReason: verification.cancelReason,
  };
}
