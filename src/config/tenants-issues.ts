import type { z } from 'zod';

// Messages for TENANTS_FILE. A key that is misplaced or misspelt may hold what is a value elsewhere: a phone number or
// a secret. So only keys of a known form are shown.

const PHONE_NUMBER = /^\+?[\d ().-]{7,}$/;
const TENANT_OR_SETTING = /^[a-z][a-z0-9-]{0,39}$|^[\w .-]{1,30}$/;
const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/** What an issue of the file's schema means, one sentence for each fault. */
export function faultsOfIssue(issue: z.core.$ZodIssue): string[] {
  const place = placeOf(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${placeOf([...issue.path, key])} is not a known key`);
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${place} ${message}`);
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  return [`${place} ${isMissing ? 'is required: it ' : ''}${issue.message}`.trimStart()];
}

/** `shop.limits.caller`. Empty for the whole file. */
function placeOf(path: readonly PropertyKey[]): string {
  const segments = path.map((segment) => shown(String(segment)));
  return (path.length > 1 && path[0] === 'tenants' ? segments.slice(1) : segments).join('.');
}

function shown(key: string): string {
  if (PHONE_NUMBER.test(key)) return '(a number)';
  return TENANT_OR_SETTING.test(key) || SID.test(key) ? key : '(a key)';
}
