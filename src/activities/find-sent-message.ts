import type { Context } from '@temporalio/activity';
import type { MessageSender, MessageSearch } from '../messaging/sender';
import { deliveryUnknown } from './send-failures';

/** The provider's list may lag behind: a message is taken for absent only after the last of these looks. */
const PAUSES_BEFORE_LOOKS_MS = [0, 1_000, 1_500, 2_500];

/**
 * The SID of a message that an earlier attempt may have created, undefined if there is none.
 * @throws ApplicationFailure if the provider doesn't say: then nothing may be sent.
 */
export async function findSentMessage(
  sender: MessageSender,
  search: MessageSearch,
  uncertain: boolean,
  context: Context,
): Promise<string | undefined> {
  const pauses = uncertain ? PAUSES_BEFORE_LOOKS_MS : [0];
  /** Why the last look saw nothing. */
  let unlistedReason: string | undefined;
  for (const pauseMs of pauses) {
    if (pauseMs > 0) await context.sleep(pauseMs);
    const listing = await sender.find(search, context.cancellationSignal);
    switch (listing.result) {
      case 'found':
        return listing.sid;
      case 'absent':
        unlistedReason = undefined;
        break;
      case 'unknown':
        if (listing.reason !== unlistedReason)
          context.log.warn('The SMS provider did not list its messages', { reason: listing.reason });
        unlistedReason = listing.reason;
    }
  }
  if (uncertain && unlistedReason !== undefined) throw deliveryUnknown(unlistedReason);
  return undefined;
}
