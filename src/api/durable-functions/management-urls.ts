import type { Capabilities, CapabilityPurpose } from '../../crypto/capability';
import { SEND_DEADLINE_MS } from '../../domain/policy';
import type { IdentifiedView } from '../../gateway/verifications';
import type { ManagementUrls } from './resources';

/** The paths of the HTTP API in Durable Functions 1.x and 2.x. The URLs in the start's response use the first. */
export const MANAGEMENT_PATHS = [
  { version: 'V1', path: '/admin/extensions/DurableTaskExtension' },
  { version: 'V2', path: '/runtime/webhooks/durabletask' },
] as const;

const HUB = 'taskHub=DurableFunctionsHub&connection=Storage';
const HOUR_MS = 3_600_000;

export interface ManagementUrlsOptions {
  readonly publicUrl: string;
  readonly capabilities: Capabilities;
}

/** Creates URLs that work without an API key, each for one purpose. Anyone who has a URL can use it. */
export function createManagementUrls({ publicUrl, capabilities }: ManagementUrlsOptions) {
  return function managementUrls(
    tenantId: string,
    { id, createdAt, windowMs }: IdentifiedView,
  ): ManagementUrls {
    const instance = `${publicUrl}${MANAGEMENT_PATHS[0].path}/instances/${id}`;
    // The verification ends at most 2 * SEND_DEADLINE_MS + windowMs after its start, so most of the hour is spare.
    const expiresAt = Date.parse(createdAt) + SEND_DEADLINE_MS + windowMs + HOUR_MS;
    const code = (purpose: CapabilityPurpose) =>
      `code=${capabilities.grant(purpose, { tenantId, id }, expiresAt)}`;
    return {
      id,
      statusQueryGetUri: `${instance}?${HUB}&${code('status')}`,
      sendEventPostUri: `${instance}/raiseEvent/{eventName}?${HUB}&${code('event')}`,
      terminatePostUri: `${instance}/terminate?reason={text}&${HUB}&${code('terminate')}`,
    };
  };
}
