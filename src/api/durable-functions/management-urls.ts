import type { Capabilities, CapabilityPurpose } from '../../crypto/capability';
import { SEND_DEADLINE_MS } from '../../domain/policy';
import type { IdentifiedView } from '../../gateway/verifications';
import type { ManagementUrls } from './schemas';

/** Where Durable Functions 1.x and 2.x have their HTTP API; the URLs given out are those of the first. */
export const MANAGEMENT_PATHS = [
  '/admin/extensions/DurableTaskExtension',
  '/runtime/webhooks/durabletask',
] as const;

const HUB = 'taskHub=DurableFunctionsHub&connection=Storage';
const HOUR_MS = 3_600_000;

export interface ManagementUrlsOptions {
  readonly publicUrl: string;
  readonly capabilities: Capabilities;
}

/** Makes the URLs that whoever holds them can use without an API key, each for its one purpose. */
export function createManagementUrls({ publicUrl, capabilities }: ManagementUrlsOptions) {
  return function managementUrls(
    tenantId: string,
    { id, createdAt, windowMs }: IdentifiedView,
  ): ManagementUrls {
    const instance = `${publicUrl}${MANAGEMENT_PATHS[0]}/instances/${id}`;
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
