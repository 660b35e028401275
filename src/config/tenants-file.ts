import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { SetVariables } from './read-environment';
import { crossTenantFaults } from './tenants-faults';
import { tenantsFile, type FileTenants } from './tenants-schema';

const NOT_READABLE = 'names no file that can be read';

/**
 * Finds everything that is wrong with TENANTS_FILE. Each fault names the tenant and the key. It shows no value, since
 * a value may be a secret or a phone number.
 */
export function tenantsFileFaults({ TENANTS_FILE: file, API_KEYS }: SetVariables): string[] {
  if (file === undefined) return [];
  const read = readTenantsFile(file);
  const faults = 'faults' in read ? read.faults : crossTenantFaults(read.tenants, API_KEYS);
  return faults.map((fault) => `TENANTS_FILE ${fault}`);
}

/** The tenants of the file, which has no faults. Without a file, there are none. */
export function tenantsOf(file: string | undefined): FileTenants {
  const read = file === undefined ? { tenants: {} } : readTenantsFile(file);
  return 'tenants' in read ? read.tenants : {};
}

type ReadFile = { readonly tenants: FileTenants } | { readonly faults: readonly string[] };

function readTenantsFile(file: string): ReadFile {
  const content = contentOf(file);
  if (content === undefined) return { faults: [NOT_READABLE] };
  const document = parseDocument(content);
  const [error] = document.errors;
  if (error) {
    const { line = 0, col = 0 } = error.linePos?.[0] ?? {};
    // The parser's message repeats the line, which may hold a secret.
    return { faults: [`is not valid YAML: ${error.code} in line ${line}, column ${col}`] };
  }
  const parsed = tenantsFile.safeParse(toJs(document));
  return parsed.success
    ? { tenants: parsed.data.tenants }
    : { faults: parsed.error.issues.flatMap(faultsOf) };
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Undefined for a document with aliases that can't be resolved. */
function toJs(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

function faultsOf(issue: z.core.$ZodIssue): string[] {
  const place = placeOf(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${place === '' ? '' : `${place}.`}${key} is not a known key`);
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  const reasons = issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message];
  return reasons.map(
    (reason) => `${place === '' ? 'content' : place} ${isMissing ? `is required: it ${reason}` : reason}`,
  );
}

/** `shop.limits.caller`. Phone numbers are hidden. */
function placeOf(path: readonly PropertyKey[]): string {
  const [, ...segments] = path.map(String);
  return segments.map((segment) => (segment.startsWith('+') ? '(a number)' : segment)).join('.');
}
