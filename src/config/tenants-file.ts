import { readFileSync } from 'node:fs';
import type { SetVariables } from './read-environment';
import { comparableTenants } from './tenants-comparable';
import { crossTenantFaults } from './tenants-faults';
import { faultsOfIssue } from './tenants-issues';
import { tenantsFile, type FileTenants } from './tenants-schema';
import { parseYaml } from './tenants-yaml';

/** What TENANTS_FILE says. */
export interface TenantsFile {
  /** None without a file. Must not be used if there are faults. */
  readonly tenants: FileTenants;
  /** Each names the tenant and the key. It shows no value, since a value may be a secret or a phone number. */
  readonly faults: readonly string[];
}

/**
 * Reads TENANTS_FILE, once: if it were read again, it could be another file that nobody has checked. `codeLength`: the
 * environment's, if the process reads it.
 */
export function readTenantsFile(
  { TENANTS_FILE: file, API_KEYS }: SetVariables,
  codeLength?: number,
): TenantsFile {
  if (file === undefined) return { tenants: {}, faults: [] };
  const { data, tenants = {}, faults } = parseTenantsFile(file);
  const crossFaults = crossTenantFaults(comparableTenants(data), { apiKeys: API_KEYS, codeLength });
  return { tenants, faults: [...faults, ...crossFaults].map((fault) => `TENANTS_FILE ${fault}`) };
}

interface ParsedFile {
  /** The content, with or without faults. Undefined if it can't be read. */
  readonly data?: unknown;
  /** Undefined if the file has faults. */
  readonly tenants?: FileTenants;
  readonly faults: readonly string[];
}

function parseTenantsFile(file: string): ParsedFile {
  const bytes = bytesOf(file);
  if (bytes === undefined)
    return { faults: [`names no file that can be read: ${file}, in the folder ${process.cwd()}`] };
  const content = utf8Of(bytes);
  if (content === undefined) return { faults: ['is not in UTF-8: save it again in this encoding'] };
  const yaml = parseYaml(content);
  if ('faults' in yaml) return yaml;
  const { data } = yaml;
  const parsed = tenantsFile.safeParse(data, { reportInput: true });
  return parsed.success
    ? { data, tenants: parsed.data.tenants, faults: [] }
    : { data, faults: parsed.error.issues.flatMap(faultsOfIssue) };
}

/** Undefined if the file can't be read. */
function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Undefined if the bytes are not UTF-8. Decoding them anyway would put wrong letters into messages. */
function utf8Of(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
