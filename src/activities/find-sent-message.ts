import type { Context } from '@temporalio/activity';
import type { MessageSender, MessageSearch } from '../messaging/sender';
import { deliveryUnknownFailure } from './send-failures';

/** The delay before each search. The provider's list may lag: only the last search proves that no message exists. */
const SEARCH_DELAYS_MS = [0, 1_000, 1_500, 2_500];

/**
 * Searches for a message of an earlier try. Returns its SID; undefined if there is none. If no message can exist
 * (`mayHaveBeenSent` is false), it searches only once and ignores a failed search.
 * @throws ApplicationFailure if the provider does not list its messages: then no message may be sent.
 */
export async function findSentMessage(
  sender: MessageSender,
  search: MessageSearch,
  mayHaveBeenSent: boolean,
  context: Context,
): Promise<string | undefined> {
  const delays = mayHaveBeenSent ? SEARCH_DELAYS_MS : [0];
  /** Why the last search failed; undefined if it succeeded. */
  let failureReason: string | undefined;
  for (const delayMs of delays) {
    if (delayMs > 0) await context.sleep(delayMs);
    const listing = await sender.find(search, context.cancellationSignal);
    switch (listing.result) {
      case 'found':
        return listing.sid;
      case 'absent':
        failureReason = undefined;
        break;
      case 'unknown':
        if (listing.reason !== failureReason)
          context.log.warn('The SMS provider did not list its messages', { reason: listing.reason });
        failureReason = listing.reason;
    }
  }
  if (mayHaveBeenSent && failureReason !== undefined) throw deliveryUnknownFailure(failureReason);
  return undefined;
}
