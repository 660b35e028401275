import type { Digests } from '../../crypto/digest';
import type {
  FoundVerification,
  VerificationFilter,
  VerificationSearch,
} from '../../gateway/verification-search';
import { invalidParameter } from './errors';

/** One message of a verification. */
export interface Attempt {
  readonly verification: FoundVerification;
  /** 0 for the first message. */
  readonly index: number;
}

/** Where a page begins: in the search, and in a verification of which earlier pages had some messages. */
interface Position {
  /** Undefined for the first page of the search. */
  readonly cursor: string | undefined;
  /** Which verification: see `partOf` below. Undefined if the page begins with a whole one. */
  readonly part?: string | undefined;
  /** How many attempts of that verification were on earlier pages. */
  readonly done?: number;
}

export interface AttemptPage {
  readonly attempts: readonly Attempt[];
  /** Undefined on the last page. */
  readonly nextToken: string | undefined;
}

/** A page without attempts is only returned after so many pages of the search. */
const MAX_EMPTY_PAGES = 10;
const TOKEN = /^([\w-]{16})\.([\w-]*)(?:\.([\w-]{8})\.(\d{1,3}))?$/;

/**
 * Whether an attempt is converted: the last message of a verified verification is, and no other. Each verified
 * verification so has one converted attempt, as in the summary.
 */
export function isConverted({ verification, index }: Attempt): boolean {
  return verification.status === 'verified' && index === verification.messagesAt.length - 1;
}

/** Newest first. */
function attemptsOf(verification: FoundVerification): Attempt[] {
  return verification.messagesAt.map((_, index) => ({ verification, index })).toReversed();
}

/** Makes pages of attempts out of pages of verifications. */
export function createAttemptPages(search: VerificationSearch, digests: Digests) {
  /** At most `size` attempts, and fewer if the next verification has more than are left. @throws VerifyApiError */
  return async function readPage(
    filter: VerificationFilter,
    { size, token }: { readonly size: number; readonly token: string | undefined },
  ): Promise<AttemptPage> {
    let position = parseToken(token);
    for (let pages = 1; ; pages++) {
      const { attempts, next } = await readFrom(position, filter, size);
      if (attempts.length > 0 || !next || pages === MAX_EMPTY_PAGES)
        return { attempts, nextToken: next && formatToken(next) };
      position = next;
    }
  };

  /**
   * The search can only go on after the last verification that it returned. So it is repeated for fewer verifications if
   * their attempts do not all fit on the page.
   */
  async function readFrom(
    { cursor, part, done = 0 }: Position,
    filter: VerificationFilter,
    size: number,
  ): Promise<{ readonly attempts: readonly Attempt[]; readonly next: Position | undefined }> {
    for (let max = size; ;) {
      const { verifications, nextCursor } = await search.page(filter, { max, cursor });
      const groups = verifications.map((verification, place) => {
        const wanted = attemptsOf(verification).filter(
          (attempt) => filter.verified === undefined || filter.verified === isConverted(attempt),
        );
        return place === 0 && part === partOf(verification.id) ? wanted.slice(done) : wanted;
      });
      const fitting = fittingGroups(groups, size);
      const [first] = verifications;
      if (fitting === groups.length || !first) {
        const next = nextCursor === undefined ? undefined : { cursor: nextCursor };
        return { attempts: groups.flat(), next };
      }
      if (fitting === 0) {
        const isContinued = part === partOf(first.id);
        const next = { cursor, part: partOf(first.id), done: (isContinued ? done : 0) + size };
        return { attempts: groups.flat().slice(0, size), next };
      }
      max = fitting;
    }
  }

  function formatToken({ cursor = '', part, done }: Position): string {
    const content = part === undefined ? cursor : `${cursor}.${part}.${done}`;
    return `${digests.pageToken(content)}.${content}`;
  }

  /** A token that this service did not issue is refused: Temporal answers it with an error of its own. */
  function parseToken(token: string | undefined): Position {
    if (token === undefined || token === '') return { cursor: undefined };
    const [, digest, cursor, part, done] = TOKEN.exec(token) ?? [];
    if (digest === undefined || digest !== digests.pageToken(token.slice(digest.length + 1)))
      throw invalidParameter('PageToken');
    return { cursor: cursor === '' ? undefined : cursor, part, done: Number(done ?? 0) };
  }
}

/** How many of the first groups have at most `size` attempts together. */
function fittingGroups(groups: readonly (readonly Attempt[])[], size: number): number {
  let left = size;
  const tooMany = groups.findIndex((group) => (left -= group.length) < 0);
  return tooMany === -1 ? groups.length : tooMany;
}

/** A part of a public id that tells verifications apart: random characters of the run id, and none of the nonce. */
function partOf(publicId: string): string {
  return publicId.slice(32, 40);
}
