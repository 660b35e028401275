import type { Payload } from '@temporalio/common';
import type { KeyRing } from '../crypto/key-ring';
import { VerificationError } from '../domain/refusals';
import { encryptionKeyId, ServicePayloadCodec, UnreadablePayload } from './payload-codec';

/** A payload in proto3 JSON, as Temporal's Web UI and CLI send it to a codec server. Bytes are base64. */
export interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/**
 * Decrypts payloads for operators. Payloads that this service did not encrypt are returned unchanged.
 * @throws VerificationError `unreadable_payload`
 */
export type DecodePayloads = (payloads: readonly JsonPayload[]) => Promise<JsonPayload[]>;

export function createPayloadReader(keyRing: KeyRing): DecodePayloads {
  const codec = new ServicePayloadCodec(keyRing, { encrypted: true });

  return async function decodePayloads(payloads) {
    // One after the other: a promise for each payload would need more memory than the payloads.
    const decoded: JsonPayload[] = [];
    for (const payload of payloads) decoded.push(await decodePayload(payload));
    return decoded;
  };

  async function decodePayload(json: JsonPayload): Promise<JsonPayload> {
    const payload = fromJson(json);
    if (encryptionKeyId(payload) === undefined) return json;
    try {
      const [plain] = await codec.decode([payload]);
      return toJson(plain ?? {});
    } catch (error) {
      if (!(error instanceof UnreadablePayload)) throw error;
      throw new VerificationError({ code: 'unreadable_payload' }, `${error.message}.`);
    }
  }
}

function fromJson({ metadata = {}, data = '' }: JsonPayload): Payload {
  return {
    metadata: mapValues(metadata, (base64) => Buffer.from(base64, 'base64')),
    data: Buffer.from(data, 'base64'),
  };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  return {
    metadata: mapValues(metadata ?? {}, toBase64),
    data: toBase64(data ?? new Uint8Array()),
  };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
