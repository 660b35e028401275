import type { Client } from '@temporalio/client';
import type { Payload, SerializationContext } from '@temporalio/common';

/** Decodes a stored payload of a workflow. Throws UnreadablePayload if a secret key is missing. */
export type DecodePayload = (payload: Payload, workflowId: string) => Promise<unknown>;

/** For payloads that the SDK's raw API returns: it does not decode them. */
export function createPayloadDecoder({ options }: Pick<Client, 'options'>): DecodePayload {
  const { namespace, loadedDataConverter } = options;
  const { payloadCodecs, payloadConverter } = loadedDataConverter;

  return async function decode(payload, workflowId) {
    const context: SerializationContext = { type: 'workflow', namespace, workflowId };
    let payloads = [payload];
    for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
    return payloads[0] && payloadConverter.fromPayload(payloads[0], context);
  };
}
