import {
  defaultPayloadConverter,
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

export interface PayloadCodecOptions {
  /**
   * Whether payloads are encrypted. If they are, an unencrypted payload is refused: otherwise anyone who can write to the
   * namespace could supply any content. If they are not, encrypted payloads of an earlier setting can still be read.
   */
  readonly encrypted: boolean;
  /**
   * For workers. It reports a payload that somebody else wrote or changed. The payload is then read as `undefined`, which
   * every handler ignores. An error would make the workflow's task fail again and again.
   */
  readonly onForeign?: ((reason: string) => void) | undefined;
}

/**
 * Encrypts every payload with the first secret key, unless encryption is off, and decrypts with every key. An encrypted
 * payload is bound to its workflow ID: it can't be read after it is copied to another workflow.
 */
export class ServicePayloadCodec implements PayloadCodec {
  readonly #keyRing: KeyRing;
  readonly #options: PayloadCodecOptions;

  constructor(keyRing: KeyRing, options: PayloadCodecOptions) {
    this.#keyRing = keyRing;
    this.#options = options;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    if (!this.#options.encrypted) return payloads;
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
    const { onForeign } = this.#options;
    return payloads.map((payload) => {
      try {
        return this.#decode(payload, context?.workflowId);
      } catch (error) {
        if (!(error instanceof ForeignPayload) || !onForeign) throw error;
        onForeign(error.message);
        return UNDEFINED_PAYLOAD;
      }
    });
  }

  #decode(payload: Payload, workflowId: string | undefined): Payload {
    const encrypted = fromPayload(payload);
    if (encrypted) return temporal.api.common.v1.Payload.decode(this.#decrypt(encrypted, workflowId));
    if (this.#options.encrypted)
      throw new ForeignPayload(
        'This payload is not encrypted: it is not accepted with PAYLOAD_ENCRYPTION=on',
      );
    // The SDK would decode it after this codec. In a worker, its error would make the workflow's task fail.
    if (this.#options.onForeign) assertReadable(payload);
    return payload;
  }

  /** `workflowId`: undefined if the caller does not know which workflow the payload belongs to. */
  #decrypt(encrypted: Encrypted, workflowId: string | undefined): Uint8Array {
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

/** @throws ForeignPayload for an unknown encoding, or data that does not have its encoding */
function assertReadable(payload: Payload): void {
  try {
    defaultPayloadConverter.fromPayload(payload);
  } catch (cause) {
    throw new ForeignPayload('A payload does not have an encoding that this service reads', { cause });
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
