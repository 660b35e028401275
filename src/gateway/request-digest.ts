import type { Digests } from '../crypto/digest';
import type { WordingChoice } from '../domain/types';

/** What a request with an Idempotency-Key says beside the number and the code. */
export interface RequestFields {
  readonly clientIp?: string | undefined;
  readonly wording?: WordingChoice | undefined;
}

/** A repeat of a request with an Idempotency-Key must have the same digest. */
export function requestDigest(digests: Digests, { clientIp, wording }: RequestFields): string {
  return digests.fields({ clientIp, wording: wording && JSON.stringify(wording) });
}
