import type { Digests } from '../../crypto/digest';
import type { DeliveryError } from '../../domain/types';
import type {
  FoundMessage,
  FoundVerification,
  VerificationFilter,
  VerificationSearch,
} from '../../gateway/search/verification-search';
import { beginningOf, createPageTokens, lastListed, type Position } from './attempt-position';

/** One message of a verification. */
export interface Attempt {
  readonly verification: FoundVerification;
  readonly message: FoundMessage;
  /** The last counted message of a verified verification is converted, and no other: so it is in the summary. */
  readonly isConverted: boolean;
  readonly error: DeliveryError | null;
}

/** A message that is listed: its place among the counted ones, 0 for the first. */
interface Place {
  readonly verification: FoundVerification;
  readonly place: number;
}

export interface AttemptPage {
  readonly attempts: readonly Attempt[];
  /** Undefined on the last page. */
  readonly nextToken: string | undefined;
}

/** A page without attempts is only returned after so many pages of the search. */
const MAX_EMPTY_PAGES = 10;
/** Verifications in one search. Each one must be decrypted. */
const MAX_VERIFICATIONS = 100;

/** Newest first. */
function placesOf(verification: FoundVerification, { verified }: VerificationFilter): Place[] {
  const all = Array.from({ length: verification.messageCount }, (_, place) => ({ verification, place }));
  return all.filter((each) => verified === undefined || verified === isConverted(each)).toReversed();
}

function isConverted({ verification: { status, messageCount }, place }: Place): boolean {
  return status === 'verified' && place === messageCount - 1;
}

/** Turns pages of verifications into pages of attempts. */
export function createAttemptPages(search: Pick<VerificationSearch, 'page'>, digests: Digests) {
  const tokens = createPageTokens(digests);

  /** At most `size` attempts. @throws VerifyApiError for a token that is not valid */
  return async function readPage(
    filter: VerificationFilter,
    { size, token }: { readonly size: number; readonly token: string | undefined },
  ): Promise<AttemptPage> {
    let position = tokens.parse(token);
    for (let pages = 1; ; pages++) {
      const { places, next } = await readFrom(position, filter, size);
      if (places.length > 0 || !next || pages === MAX_EMPTY_PAGES)
        return { attempts: await attemptsAt(places), nextToken: next && tokens.format(next) };
      position = next;
    }
  };

  /**
   * The search can only go on after the last verification that it returned. If not all attempts fit on the page, the
   * next page begins with the same page of the search, after the last verification that is listed here.
   */
  async function readFrom(
    { cursor, after }: Position,
    filter: VerificationFilter,
    size: number,
  ): Promise<{ readonly places: readonly Place[]; readonly next: Position | undefined }> {
    const max = Math.min(size, MAX_VERIFICATIONS);
    const { verifications, nextCursor } = await search.page(filter, { max, cursor });
    const { first, done } = beginningOf(verifications, after);
    const groups = verifications.slice(first).map((verification, group) => ({
      verification,
      done: group === 0 ? done : 0,
      places: placesOf(verification, filter).slice(group === 0 ? done : 0),
    }));
    const places: Place[] = [];
    let last = after;
    for (const group of groups) {
      const fitting = group.places.slice(0, size - places.length);
      places.push(...fitting);
      if (fitting.length > 0) last = lastListed(group.verification, group.done + fitting.length);
      if (fitting.length < group.places.length) return { places, next: { cursor, after: last } };
    }
    return { places, next: nextCursor === undefined ? undefined : { cursor: nextCursor } };
  }
}

/** Reads the details of the verifications whose attempts are listed, and of no others. */
async function attemptsAt(places: readonly Place[]): Promise<Attempt[]> {
  const verifications = [...new Set(places.map(({ verification }) => verification))];
  const details = new Map(
    await Promise.all(verifications.map(async (each) => [each, await each.details()] as const)),
  );
  return places.flatMap((each) => {
    const { counted = [], error = null } = details.get(each.verification) ?? {};
    const message = counted[each.place];
    return message
      ? [{ verification: each.verification, message, isConverted: isConverted(each), error }]
      : [];
  });
}
