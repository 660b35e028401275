import {
  METADATA_ENCODING_KEY,
  type Payload,
  type PayloadCodec,
  type SerializationContext,
} from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { decrypt, encrypt, type Encrypted } from '../crypto/encryption';
import type { KeyRing } from '../crypto/key-ring';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
/** Authenticated but not encrypted: a codec server gets no workflow ID, so it reads the ID from here. */
const WORKFLOW_ID = 'encryption-workflow-id';

/** The SDK decodes this payload as `undefined`. */
const UNDEFINED_PAYLOAD: Payload = { metadata: { [METADATA_ENCODING_KEY]: Buffer.from('binary/null') } };

/** A stored payload that can't be or must not be read. The message may contain a key's id, but no content. */
export class UnreadablePayload extends Error {
  override readonly name = 'UnreadablePayload';
}

/** A payload that somebody else wrote or changed. A retry can't help, unlike with a key that may be added later. */
class ForeignPayload extends UnreadablePayload {}

/**
 * Encrypts every payload with the first secret key, and decrypts with every key. A payload is bound to its workflow ID:
 * it can't be read after it is copied to another workflow. An unencrypted payload is refused: otherwise anyone who can
 * write to the namespace could supply any content.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keyRing: KeyRing;
  readonly #onForeign: ((reason: string) => void) | undefined;

  /**
   * `onForeign`: for workers. It reports a payload that somebody else wrote or changed. The payload is then read as
   * `undefined`, which every handler ignores. An error would make the workflow's task fail again and again.
   */
  constructor(keyRing: KeyRing, onForeign?: (reason: string) => void) {
    this.#keyRing = keyRing;
    this.#onForeign = onForeign;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map((payload) =>
      toPayload(
        encrypt(
          this.#keyRing,
          temporal.api.common.v1.Payload.encode(payload).finish(),
          context?.workflowId ?? '',
        ),
      ),
    );
  }

  /** @throws UnreadablePayload */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map((payload) => {
      try {
        return temporal.api.common.v1.Payload.decode(this.#decrypt(payload, context?.workflowId));
      } catch (error) {
        if (!(error instanceof ForeignPayload) || !this.#onForeign) throw error;
        this.#onForeign(error.message);
        return UNDEFINED_PAYLOAD;
      }
    });
  }

  /** `workflowId`: undefined if the caller does not know which workflow the payload belongs to. */
  #decrypt(payload: Payload, workflowId: string | undefined): Uint8Array {
    const encrypted = fromPayload(payload);
    if (encrypted === undefined)
      throw new ForeignPayload(
        'This payload is not encrypted: it is not accepted with PAYLOAD_ENCRYPTION=on',
      );
    const { keyId, context } = encrypted;
    if (workflowId !== undefined && context !== workflowId)
      throw new ForeignPayload(`A payload of the key ${keyId} belongs to another workflow`);
    if (!this.#keyRing.all.some(({ id }) => id === keyId))
      throw new UnreadablePayload(`No secret key has the id ${keyId}`);
    try {
      return decrypt(this.#keyRing, encrypted);
    } catch (cause) {
      const reason = 'it was changed, or another key has this id now';
      throw new ForeignPayload(`A payload of the key ${keyId} does not authenticate: ${reason}`, { cause });
    }
  }
}

/** The id of the key that encrypted the payload; undefined if this codec did not create it. */
export function encryptionKeyId(payload: Payload): string | undefined {
  return fromPayload(payload)?.keyId;
}

function toPayload({ keyId, context, data }: Encrypted): Payload {
  return {
    metadata: {
      [METADATA_ENCODING_KEY]: Buffer.from(ENCODING),
      [KEY_ID]: Buffer.from(keyId),
      ...(context !== '' && { [WORKFLOW_ID]: Buffer.from(context) }),
    },
    data,
  };
}

function fromPayload({ metadata, data }: Payload): Encrypted | undefined {
  const entry = (name: string) => Buffer.from(metadata?.[name] ?? []).toString();
  // Accepts only ids that SECRET_KEYS allows: error messages contain the id.
  const [keyId] = /^[\w-]{1,32}$/.exec(entry(KEY_ID)) ?? [];
  if (entry(METADATA_ENCODING_KEY) !== ENCODING || keyId === undefined) return undefined;
  return { keyId, context: entry(WORKFLOW_ID), data: data ?? new Uint8Array() };
}
