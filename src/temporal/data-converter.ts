import type { DataConverter } from '@temporalio/common';
import type { KeyRing } from '../crypto/key-ring';
import { ServicePayloadCodec } from './payload-codec';

/** Part of the workflow bundle; client and worker load it as well. */
export const FAILURE_CONVERTER_PATH = require.resolve('./failure-converter');

/**
 * How payloads, memos and failures are stored. Client and worker must use the same settings.
 * `onForeign`: for workers, see PayloadCodecOptions.
 */
export function createDataConverter(
  keyRing: KeyRing,
  encrypted: boolean,
  onForeign?: (reason: string) => void,
): DataConverter {
  return {
    failureConverterPath: FAILURE_CONVERTER_PATH,
    payloadCodecs: [new ServicePayloadCodec(keyRing, { encrypted, onForeign })],
  };
}
