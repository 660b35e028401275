import { hashOf } from '../crypto/api-keys';
import { list } from './fields';
import type { FileTenant, FileTenants } from './tenants-schema';

/** Digits in a code of a tenant with `verify` that names no codeLength. */
export const VERIFY_CODE_LENGTH = 6;

/** The variables on which the tenants depend. */
interface Environment {
  readonly apiKeys: string | undefined;
  readonly codeLength: number | undefined;
}

/** Finds what is wrong although each key of the file has a valid value. */
export function crossTenantFaults(tenants: FileTenants, { apiKeys = '', codeLength }: Environment): string[] {
  const entries = Object.entries(tenants);
  const serviceSids = entries.flatMap(([id, { verify }]) =>
    verify ? [{ id, value: verify.serviceSid.toLowerCase() }] : [],
  );
  const keyHashes = entries.flatMap(([id, tenant]) => tenant.apiKeys.map((value) => ({ id, value })));
  const environmentHashes = new Set(list(apiKeys).map(hashOf));
  const ofEnvironment = keyHashes.filter(({ value }) => environmentHashes.has(value));
  return [
    ...entries.flatMap(([id, tenant]) => tenantFaults(tenant, codeLength).map((fault) => `${id}.${fault}`)),
    ...idsWithSameValue(serviceSids).map((ids) => `${places(ids, 'verify.serviceSid')} must differ`),
    ...idsWithSameValue(keyHashes).map((ids) => `${places(ids, 'apiKeys')} must not have the same hash`),
    ...[...new Set(ofEnvironment.map(({ id }) => id))].map(
      (id) => `${id}.apiKeys must not have the hash of one of API_KEYS`,
    ),
  ];
}

function tenantFaults(
  { apiKeys, verify, templates, codeLength, testNumbers }: FileTenant,
  environmentLength: number | undefined,
): string[] {
  const isUnreachable = apiKeys.length === 0 && verify === undefined;
  const { defaultTemplateSid } = verify ?? {};
  const isUnknownTemplate = defaultTemplateSid !== undefined && !(defaultTemplateSid in templates);
  const codes = Object.values(testNumbers ?? {}).map(({ code }) => code.length);
  const length = codeLength ?? (verify ? VERIFY_CODE_LENGTH : environmentLength);
  const isOtherLength = length !== undefined && codes.some((digits) => digits !== length);
  return [
    ...(isUnreachable ? ['apiKeys is required, or verify: without them, nobody can use the tenant'] : []),
    ...(isUnknownTemplate ? ['verify.defaultTemplateSid must be one of templates'] : []),
    ...(isOtherLength ? [`testNumbers must have codes of codeLength (${length}) digits`] : []),
  ];
}

/** For each value that several tenants have, the tenants' ids. */
function idsWithSameValue(entries: readonly { id: string; value: string }[]): string[][] {
  const idsByValue = new Map<string, string[]>();
  for (const { id, value } of entries) idsByValue.set(value, [...(idsByValue.get(value) ?? []), id]);
  return [...idsByValue.values()].filter((ids) => ids.length > 1);
}

/** `shop.apiKeys and club.apiKeys`. */
function places(ids: readonly string[], key: string): string {
  return ids.map((id) => `${id}.${key}`).join(' and ');
}
