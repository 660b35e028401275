import { METADATA_ENCODING_KEY, ValueError, type Payload, type PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { decrypt, encrypt } from '../crypto/encryption';
import type { KeyRing } from '../crypto/key-ring';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

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

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map(({ metadata, data }) => {
      const keyId = metadata?.[KEY_ID];
      const encoding = metadata?.[METADATA_ENCODING_KEY];
      if (!data || !keyId || !encoding || Buffer.from(encoding).toString() !== ENCODING) {
        throw new ValueError('This payload is not encrypted: with PAYLOAD_ENCRYPTION=on it is not read');
      }
      const plain = decrypt(this.keyRing, { keyId: Buffer.from(keyId).toString(), data });
      return temporal.api.common.v1.Payload.decode(plain);
    });
  }
}
