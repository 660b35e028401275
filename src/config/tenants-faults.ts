import { hashOf } from '../crypto/api-keys';
import { variablesOf } from '../messaging/wording';
import { hasDoubles, list } from './fields';
import type { ComparableTenant, ComparableTenants } from './tenants-comparable';
import { shownTenantId } from './tenants-issues';

/** Digits in a code of a tenant with `verify` that names no codeLength. */
export const VERIFY_CODE_LENGTH = 6;

/** The variables on which the tenants depend. */
interface Environment {
  readonly apiKeys: string | undefined;
  readonly codeLength: number | undefined;
}

/** Finds what is wrong although each key of the file has a valid value. */
export function crossTenantFaults(
  tenants: ComparableTenants,
  { apiKeys = '', codeLength }: Environment,
): string[] {
  const entries = tenants.map(([id, tenant]) => ({ id: shownTenantId(id), tenant }));
  const serviceSids = entries.flatMap(({ id, tenant: { verify } }) =>
    verify?.serviceSid === undefined ? [] : [{ id, value: verify.serviceSid.toLowerCase() }],
  );
  const keyHashes = entries.flatMap(({ id, tenant }) =>
    [...new Set(hashesOf(tenant))].map((value) => ({ id, value })),
  );
  const environmentHashes = new Set(list(apiKeys).map(hashOf));
  const ofEnvironment = keyHashes.filter(({ value }) => environmentHashes.has(value));
  return [
    ...entries.flatMap(({ id, tenant }) => tenantFaults(tenant, codeLength).map((fault) => `${id}.${fault}`)),
    ...idsWithSameValue(serviceSids).map((ids) => `${places(ids, 'verify.serviceSid')} must differ`),
    ...idsWithSameValue(keyHashes).map((ids) => `${places(ids, 'apiKeys')} must not have the same hash`),
    ...[...new Set(ofEnvironment.map(({ id }) => id))].map(
      (id) => `${id}.apiKeys must not have the hash of one of API_KEYS`,
    ),
  ];
}

function tenantFaults(tenant: ComparableTenant, environmentLength: number | undefined): string[] {
  const { apiKeys, verify, from, messagingServiceSid } = tenant;
  const isUnreachable = apiKeys?.length === 0 && verify === undefined;
  const hasTwoSenders = from !== undefined && messagingServiceSid !== undefined;
  return [
    ...(isUnreachable ? ['apiKeys is required, or verify: without them, nobody can use the tenant'] : []),
    ...(hasDoubles(hashesOf(tenant)) ? ['apiKeys has the same hash twice'] : []),
    ...(hasTwoSenders ? ['messagingServiceSid must not be set together with from'] : []),
    ...testCodeFaults(tenant, environmentLength),
    ...(verify ? verifyFaults(verify, tenant) : []),
  ];
}

function testCodeFaults({ codeLength, verify, testNumbers }: ComparableTenant, environmentLength?: number) {
  const length = codeLength === undefined ? (verify ? VERIFY_CODE_LENGTH : environmentLength) : codeLength;
  const codes = Object.values(testNumbers).flatMap(({ code }) => code ?? []);
  if (length === undefined || length === null || codes.every((code) => code.length === length)) return [];
  return [`testNumbers must have codes of codeLength (${length}) digits`];
}

function verifyFaults(
  { authToken, apiKeys, defaultTemplateSid }: NonNullable<ComparableTenant['verify']>,
  { templates }: ComparableTenant,
): string[] {
  const hasCredentials = authToken !== undefined || apiKeys === null || Object.keys(apiKeys).length > 0;
  return [
    ...(hasCredentials ? [] : ['verify needs authToken or apiKeys: without them, no client can sign in']),
    ...(defaultTemplateSid === undefined
      ? []
      : defaultTemplateFaults(templates[defaultTemplateSid]).map(
          (fault) => `verify.defaultTemplateSid ${fault}`,
        )),
  ];
}

function defaultTemplateFaults(template: ComparableTenant['templates'][string] | undefined): string[] {
  if (!template) return ['must be one of templates'];
  const sentences = Object.values(template.locales).flatMap((sentence) => sentence ?? []);
  if (sentences.every((sentence) => variablesOf(sentence).length === 0)) return [];
  return ['must be a template with no other variables than {code}, {name} and {ttl}'];
}

/** The valid ones. */
function hashesOf({ apiKeys }: ComparableTenant): string[] {
  return (apiKeys ?? []).flatMap((hash) => hash ?? []);
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
