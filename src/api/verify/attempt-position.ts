import type { Digests } from '../../crypto/digest';
import type { FoundVerification } from '../../gateway/search/verification-search';
import { invalidParameter } from './errors';

/** The last verification that earlier pages listed, at least in part. */
export interface LastListed {
  /** Which verification: see `partOf` below. */
  readonly part: string;
  /** How many of its attempts were listed. */
  readonly done: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds. Infinity while it was open. */
  readonly closedAt: number;
}

/** Where a page begins. */
export interface Position {
  /** Undefined for the first page of the search. */
  readonly cursor: string | undefined;
  /** Undefined if the page begins with the first verification of the search's page. */
  readonly after?: LastListed | undefined;
}

const TOKEN = /^([\w-]{16})\.([\w-]*)(?:\.([\w-]{8})\.(\d{1,3})\.(\d{1,15})\.(\d{0,15}))?$/;

/** Positions as clients send them back. */
export function createPageTokens(digests: Digests) {
  return {
    format({ cursor = '', after }: Position): string {
      const content = [cursor, ...(after ? partsOf(after) : [])].join('.');
      return `${digests.pageToken(content)}.${content}`;
    },

    /** @throws VerifyApiError for a token that this service did not issue: Temporal has another error for it */
    parse(token: string | undefined): Position {
      if (token === undefined) return { cursor: undefined };
      const [, digest, cursor, part, done, startedAt, closedAt] = TOKEN.exec(token) ?? [];
      if (digest === undefined || digest !== digests.pageToken(token.slice(digest.length + 1)))
        throw invalidParameter('PageToken');
      const after = part !== undefined && {
        part,
        done: Number(done),
        startedAt: Number(startedAt),
        closedAt: closedAt === '' ? Infinity : Number(closedAt),
      };
      return { cursor: cursor === '' ? undefined : cursor, ...(after && { after }) };
    },
  };
}

function partsOf({ part, done, startedAt, closedAt }: LastListed): (string | number)[] {
  return [part, done, startedAt, closedAt === Infinity ? '' : closedAt];
}

/** The position after the first `done` attempts of this verification. */
export function lastListed(verification: FoundVerification, done: number): LastListed {
  return {
    part: partOf(verification.id),
    done,
    startedAt: Date.parse(verification.startedAt),
    closedAt: closedAtOf(verification),
  };
}

/** The first verification of a page that was not listed, and how many of its attempts were. */
export function beginningOf(
  verifications: readonly FoundVerification[],
  after: LastListed | undefined,
): { readonly first: number; readonly done: number } {
  if (!after) return { first: 0, done: 0 };
  const place = verifications.findIndex(
    (each) => partOf(each.id) === after.part && closedAtOf(each) === after.closedAt,
  );
  if (place !== -1) return { first: place, done: after.done };
  // It has closed in the meantime, and is listed again. Verifications that were not listed stay behind its old place.
  const next = verifications.findIndex((each) => !isBefore(each, after));
  return { first: next === -1 ? verifications.length : next, done: 0 };
}

/** Whether the search lists it before this place: open ones first, then closed ones, each newest first. */
function isBefore(verification: FoundVerification, { startedAt, closedAt }: LastListed): boolean {
  const closed = closedAtOf(verification);
  return closed > closedAt || (closed === closedAt && Date.parse(verification.startedAt) > startedAt);
}

/** Epoch milliseconds. Infinity while it is open. */
function closedAtOf({ closedAt }: FoundVerification): number {
  return closedAt === null ? Infinity : Date.parse(closedAt);
}

/** A part of a public id that tells verifications apart: random characters of the run id, and none of the nonce. */
function partOf(publicId: string): string {
  return publicId.slice(32, 40);
}
