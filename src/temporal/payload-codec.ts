import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { decrypt, encrypt } from '../crypto/encryption';
import type { KeyRing } from '../crypto/key-ring';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

/** Stored bytes that the service will not or can not read. The message may name a key's id, never content. */
export class UnreadablePayload extends Error {
  override readonly name = 'UnreadablePayload';
}

/**
 * Encrypts every payload with the first secret key and reads those of all. What is not encrypted is refused: whoever
 * may write to the namespace could otherwise put anything there.
 */
export class EncryptionCodec implements PayloadCodec {
  constructor(private readonly keyRing: KeyRing) {}

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      const { keyId, data } = encrypt(this.keyRing, temporal.api.common.v1.Payload.encode(payload).finish());
      return {
        metadata: { [METADATA_ENCODING_KEY]: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(keyId) },
        data,
      };
    });
  }

  /** @throws UnreadablePayload */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      const keyId = encryptionKeyId(payload);
      if (keyId === undefined)
        throw new UnreadablePayload(
          'This payload is not encrypted: with PAYLOAD_ENCRYPTION=on it is not read',
        );
      return temporal.api.common.v1.Payload.decode(this.#decrypt(keyId, payload.data ?? new Uint8Array()));
    });
  }

  #decrypt(keyId: string, data: Uint8Array): Uint8Array {
    if (!this.keyRing.all.some(({ id }) => id === keyId))
      throw new UnreadablePayload(`No secret key has the id ${keyId}`);
    try {
      return decrypt(this.keyRing, { keyId, data });
    } catch (cause) {
      const reason = 'it was changed, or another key has this id now';
      throw new UnreadablePayload(`A payload of the key ${keyId} does not authenticate: ${reason}`, {
        cause,
      });
    }
  }
}

/** The id of the key that encrypted it; undefined for what this codec did not make. */
export function encryptionKeyId({ metadata }: Payload): string | undefined {
  const encoding = metadata?.[METADATA_ENCODING_KEY];
  const keyId = metadata?.[KEY_ID];
  if (!keyId || !encoding || Buffer.from(encoding).toString() !== ENCODING) return undefined;
  // As SECRET_KEYS names keys: whatever else stands there gets into no message.
  return /^[\w-]{1,32}$/.exec(Buffer.from(keyId).toString())?.[0];
}
