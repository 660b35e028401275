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
/** In clear, so that a codec server, which is told no workflow, can decrypt as well. It is authenticated. */
const WORKFLOW_ID = 'encryption-workflow-id';

/** What the SDK turns into `undefined`. */
const NOTHING: Payload = { metadata: { [METADATA_ENCODING_KEY]: Buffer.from('binary/null') } };

/** Stored bytes that the service will not or can not read. The message may name a key's id, never content. */
export class UnreadablePayload extends Error {
  override readonly name = 'UnreadablePayload';
}

/** Somebody else wrote it or changed it: trying again can't help, while an unknown key may become known. */
class ForeignPayload extends UnreadablePayload {}

/**
 * Encrypts every payload with the first secret key and reads those of all keys. A payload is bound to its workflow ID:
 * copied to another workflow it can't be read there. What is not encrypted is refused as well: otherwise anybody who
 * may write to the namespace could put anything there.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keyRing: KeyRing;
  readonly #onForeign: ((reason: string) => void) | undefined;

  /**
   * `onForeign`: for workers. A payload that somebody else wrote or changed is then reported here and read as
   * `undefined`, which every handler drops. Thrown as an error it would fail the workflow's task for ever.
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
        return NOTHING;
      }
    });
  }

  /** `workflowId`: undefined where it is not known whose payload this is. */
  #decrypt(payload: Payload, workflowId: string | undefined): Uint8Array {
    const encrypted = fromPayload(payload);
    if (encrypted === undefined)
      throw new ForeignPayload('This payload is not encrypted: with PAYLOAD_ENCRYPTION=on it is not read');
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

/** The id of the key that encrypted it; undefined for what this codec did not make. */
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
  // As SECRET_KEYS names keys: whatever else stands there gets into no message.
  const [keyId] = /^[\w-]{1,32}$/.exec(entry(KEY_ID)) ?? [];
  if (entry(METADATA_ENCODING_KEY) !== ENCODING || keyId === undefined) return undefined;
  return { keyId, context: entry(WORKFLOW_ID), data: data ?? new Uint8Array() };
}
