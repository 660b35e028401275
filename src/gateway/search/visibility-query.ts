import type { Digests } from '../../crypto/digest';
import { searchAttributes } from '../../domain/search-attributes';
import type { Status } from '../../domain/types';
import { PHONE_VERIFICATION } from '../../workflows/definitions';
import { workflowIdFor } from '../ids';
import type { VerificationFilter } from './verification-search';

const { status, tenant, country: countryAttribute, textsSent } = searchAttributes;

const VERIFIED: Status = 'verified';
export const IS_VERIFIED = `${status.name} = '${VERIFIED}'`;

/** Whether nothing can match. Temporal refuses an empty list of values. */
export function matchesNothing({ tenantIds, numbers }: VerificationFilter): boolean {
  return tenantIds.length === 0 || numbers?.length === 0;
}

/** The query of a filter. Its values are checked before, so that none contains a quote. */
export function visibilityQuery(filter: VerificationFilter, digests: Digests): string {
  const { tenantIds, startedFrom, startedBefore, country, verified, numbers } = filter;
  const workflowIds = numbers?.map(({ tenantId, phoneNumber }) =>
    workflowIdFor(digests.phoneNumber(tenantId, phoneNumber)),
  );
  return allOf([
    `WorkflowType = '${PHONE_VERIFICATION}'`,
    isOneOf(tenant.name, tenantIds),
    startedFrom !== undefined && `StartTime >= '${startedFrom}'`,
    startedBefore !== undefined && `StartTime < '${startedBefore}'`,
    country !== undefined && `${countryAttribute.name} = '${country}'`,
    verified === true && IS_VERIFIED,
    verified === false && `(${status.name} != '${VERIFIED}' OR ${hasSentAtLeast(2)})`,
    workflowIds && isOneOf('WorkflowId', workflowIds),
  ]);
}

export function hasSentAtLeast(messages: number): string {
  return `${textsSent.name} >= ${messages}`;
}

export function allOf(conditions: readonly (string | false | undefined)[]): string {
  return conditions.filter((condition) => condition !== false && condition !== undefined).join(' AND ');
}

export function isWorkflow(workflowId: string): string {
  return `WorkflowId = '${workflowId}'`;
}

function isOneOf(name: string, values: readonly string[]): string {
  return `${name} IN (${values.map((value) => `'${value}'`).join(', ')})`;
}
