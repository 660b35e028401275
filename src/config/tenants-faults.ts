import { createHash } from 'node:crypto';
import { hasDoubles, list } from './fields';
import type { FileTenant, FileTenants } from './tenants-schema';

/** The tenant that the environment configures. */
const DEFAULT_TENANT = 'default';

/** Finds what is wrong although each key of the file has a valid value. */
export function crossTenantFaults(tenants: FileTenants, apiKeys = ''): string[] {
  const entries = Object.entries(tenants);
  const serviceSids = entries.flatMap(([, { verify }]) => (verify ? [verify.serviceSid.toLowerCase()] : []));
  const keyHashes = entries.flatMap(([, tenant]) => tenant.apiKeys);
  return [
    ...(DEFAULT_TENANT in tenants
      ? [`${DEFAULT_TENANT} is configured by the environment: use another id`]
      : []),
    ...entries.flatMap(([id, tenant]) => tenantFaults(tenant).map((fault) => `${id}.${fault}`)),
    ...(hasDoubles(serviceSids) ? ['verify.serviceSid must differ between tenants'] : []),
    ...(hasDoubles(keyHashes) ? ['apiKeys must differ between tenants'] : []),
    ...(list(apiKeys).some((key) => keyHashes.includes(sha256(key)))
      ? ['apiKeys must not have the hash of one of API_KEYS']
      : []),
  ];
}

function tenantFaults({ apiKeys, verify, templates, codeLength, testNumbers }: FileTenant): string[] {
  const isUnreachable = apiKeys.length === 0 && verify === undefined;
  const { defaultTemplateSid } = verify ?? {};
  const isUnknownTemplate = defaultTemplateSid !== undefined && !(defaultTemplateSid in templates);
  const codes = Object.values(testNumbers ?? {}).map(({ code }) => code.length);
  const length = codeLength ?? (verify && VERIFY_CODE_LENGTH);
  const isOtherLength = length !== undefined && codes.some((digits) => digits !== length);
  return [
    ...(isUnreachable ? ['apiKeys is required, or verify: without them, nobody can use the tenant'] : []),
    ...(isUnknownTemplate ? ['verify.defaultTemplateSid must be one of templates'] : []),
    ...(isOtherLength ? [`testNumbers must have codes of codeLength (${length}) digits`] : []),
  ];
}

/** Digits in a code of a tenant with `verify` that names no codeLength. */
export const VERIFY_CODE_LENGTH = 6;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
