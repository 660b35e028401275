import { parseVerificationId, type VerificationId } from '../../src/gateway/ids';

/** The workflow ID, run id and nonce of a public id. @throws Error if it is not a public id */
export function partsOf(publicId: string): VerificationId {
  const id = parseVerificationId(publicId);
  if (!id) throw new Error(`${publicId} is not a public id`);
  return id;
}
