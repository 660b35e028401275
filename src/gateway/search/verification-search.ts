import type { NamedVerification } from '../../crypto/verify-sids';
import type { DeliveryError, Status } from '../../domain/types';

/** A phone number of a tenant, and perhaps one of its verifications. */
export interface TenantNumber extends Pick<NamedVerification, 'phoneNumber'> {
  readonly tenantId: string;
  /** Undefined for all verifications of the number. */
  readonly is?: NamedVerification['is'];
}

/** Which verifications are searched for. All conditions must be true. Times are RFC 3339 in UTC. */
export interface VerificationFilter {
  /** Other tenants' verifications are never found. */
  readonly tenantIds: readonly string[];
  /** Started at this time or later. */
  readonly startedFrom?: string | undefined;
  readonly startedBefore?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
  /** True: only verified ones. False: only those with a message that is not the last one of a verified one. */
  readonly verified?: boolean | undefined;
  readonly numbers?: readonly TenantNumber[] | undefined;
}

/** What the search finds. */
export interface FoundVerification {
  /** The public id. */
  readonly id: string;
  readonly tenantId: string;
  readonly phoneNumber: string;
  readonly status: Status;
  /** ISO 3166-1 alpha-2. Null if it is not known. */
  readonly country: string | null;
  readonly codeLength: number;
  /** When the run started. */
  readonly startedAt: string;
  /** When the run closed. Null while it is open. */
  readonly closedAt: string | null;
  /** How many messages `count` counts. At least one. */
  readonly messageCount: number;
  /** Reads what the list does not contain. */
  details(): Promise<VerificationDetails>;
}

/** One message of a verification. */
export interface FoundMessage {
  /** Its place among all messages that were requested: 0 for the first. */
  readonly index: number;
  readonly requestedAt: string;
  /** Why the provider did not take it. Undefined if it did, or if that is not known. */
  readonly error?: DeliveryError;
}

/** The messages of a verification, oldest first. Both lists have at least one. */
export interface FoundMessages {
  readonly requested: readonly FoundMessage[];
  /** Those of `messageCount`. */
  readonly counted: readonly FoundMessage[];
}

export interface VerificationDetails extends FoundMessages {
  /** Null also if it is not known. */
  readonly error: DeliveryError | null;
}

export interface SearchPage {
  readonly verifications: readonly FoundVerification[];
  /** Where the next page begins. Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/**
 * Finds verifications with Temporal's visibility, by search attributes that contain no phone number. Visibility is
 * eventually consistent: it knows of a start or an end about a second later. A search that goes on while verifications
 * end may return one twice.
 *
 * How many messages a verification has is known from its search attributes, so that `page` and `count` agree:
 * - after its end, the number of messages that the provider accepted;
 * - at least one, also if the provider refused it;
 * - one until the end. A search by number reads the state of the open verification, and so returns all its messages
 *   that the provider did not refuse.
 *
 * A verification whose memo can't be read, because its secret key was removed, is counted but not found.
 *
 * Every method can throw VerificationError `temporal_unavailable`, also if the namespace lacks the search attributes.
 */
export interface VerificationSearch {
  /**
   * Calls `search` when it is its turn, since this process runs only a few searches at once. For `page` with the details
   * of what it returned, and for `count`.
   * @throws VerificationError `temporal_unavailable` if too many wait, or if its turn comes too late
   */
  inTurn<T>(search: () => Promise<T>): Promise<T>;
  /**
   * Open ones first, then closed ones, each newest first. A page can have fewer than `max`, even none, and still not be
   * the last one. `cursor`: must be a `nextCursor` of the same filter.
   */
  page(
    filter: VerificationFilter,
    options: { readonly max: number; readonly cursor: string | undefined },
  ): Promise<SearchPage>;
  /** `messages`: of all verifications. `verified`: how many verifications are verified. Ignores `numbers`. */
  count(filter: VerificationFilter): Promise<{ readonly messages: number; readonly verified: number }>;
  /**
   * One verification of a number, which needs no search attributes. Its details have all messages that were requested.
   * @throws VerificationError `not_found`; `worker_unavailable` if it is open and no worker answers
   */
  find(number: Required<TenantNumber>): Promise<FoundVerification>;
}
