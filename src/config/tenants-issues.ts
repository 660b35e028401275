import { z } from 'zod';
import { TENANT_ID } from '../domain/tenant-id';
import { tenantsFile } from './tenants-schema';

// Messages for TENANTS_FILE. A key that is misplaced may hold what is a value elsewhere: a phone number or a secret.

const PHONE_NUMBER = /^\+?[\d ().-]{7,}$/;
const SID = /^[A-Z]{2}[0-9a-fA-F]{32}$/;
const LOCALE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?$/;
/** A misspelt key has letters only. A secret is longer or has digits: Twilio's have 32 characters, ours 43. */
const WORD = /^[A-Za-z]{1,30}$/;
/** Twilio's tokens have 32 hex digits, SHA-256 hashes 64. A tenant's id may have as many characters. */
const HEX_SECRET = /[0-9a-f]{32}/i;
const HIDDEN = '(a key)';

/** What an issue of the file's schema means, one sentence for each fault. */
export function faultsOfIssue(issue: z.core.$ZodIssue): string[] {
  const place = placeOf(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${placeOf([...issue.path, key])} is not a known key`);
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${place} ${message}`);
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return [`${place} ${isMissing ? 'is required: it ' : ''}${issue.message}`.trimStart()];
}

/** The id as messages show it. */
export function shownTenantId(id: string): string {
  return TENANT_ID.test(id) && !HEX_SECRET.test(id) ? id : shown(id);
}

/** `shop.limits.caller`. Empty for the whole file. */
function placeOf([first, ...others]: readonly PropertyKey[]): string {
  if (first === undefined) return '';
  const [second, ...keys] = others;
  if (first !== 'tenants' || second === undefined) return [first, ...others].map(shown).join('.');
  return [shownTenantId(String(second)), ...keys.map(shown)].join('.');
}

/** `key`: a number for a place in a list. */
function shown(key: PropertyKey): string {
  if (typeof key !== 'string') return String(key);
  if (PHONE_NUMBER.test(key)) return '(a number)';
  const isShown = [SID, LOCALE, WORD].some((form) => form.test(key)) || knownKeys().includes(key);
  return isShown ? key : HIDDEN;
}

/** The keys that the schema of the file names. */
function knownKeys(): string[] {
  return propertyNames(z.toJSONSchema(tenantsFile, { io: 'input' }));
}

function propertyNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
  return [...own, ...Object.values(schema).flatMap(propertyNames)];
}
