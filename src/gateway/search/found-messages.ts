import type { VerificationState } from '../../workflows/definitions';
import type { ReadRun } from './run-reader';
import type { FoundMessage, FoundMessages } from './verification-search';

/** The messages of a run. `state`: undefined if it is not known. Then the later messages have the time of the start. */
export function messagesOf(
  { memo: { createdAt }, messagesSent }: ReadRun,
  state: VerificationState | undefined,
): FoundMessages {
  const [, ...later] = state?.messagesAt ?? [];
  const failed = new Map(state?.failedMessages?.map(({ index, error }) => [index, { error }]));
  const requested = [createdAt, ...later].map((requestedAt, index): FoundMessage => ({
    index,
    requestedAt,
    ...failed.get(index),
  }));
  const accepted = acceptedMessages(requested, state);
  // One at least, also if the provider refused it.
  const count = Math.max(messagesSent ?? accepted.length, 1);
  const counted = Array.from(
    { length: count },
    (_, place): FoundMessage => accepted[place] ?? { index: place, requestedAt: createdAt },
  );
  return { requested, counted };
}

/** Those that the provider accepted, and the one in flight. All, if it is not known. */
function acceptedMessages(
  requested: readonly FoundMessage[],
  state: VerificationState | undefined,
): readonly FoundMessage[] {
  const { acceptedMessages: accepted, messageInFlightSince = null } = state ?? {};
  if (!accepted) return requested;
  const isInFlight = ({ index }: FoundMessage) =>
    messageInFlightSince !== null && index === requested.length - 1;
  return requested.filter((message) => accepted.includes(message.index) || isInFlight(message));
}
