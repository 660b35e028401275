import type { Client } from '@temporalio/client';
import { SearchAttributeUse } from '../../src/gateway/start/search-attribute-use';
import type { StartDependencies } from '../../src/gateway/start/start';
import { testDigests, testKeyRing } from './service';

/** For starts without a Temporal server. `startRun` gets its deadline, epoch milliseconds, and returns a run ID. */
export function startDependencies(startRun: (deadline: number) => Promise<string>): StartDependencies {
  return {
    client: { withDeadline: startRun } as unknown as Client,
    taskQueue: 'queue',
    keyRing: testKeyRing,
    digests: testDigests,
    attributeUse: new SearchAttributeUse(() => {}),
  };
}
