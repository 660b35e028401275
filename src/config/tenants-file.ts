import { readFileSync } from 'node:fs';
import { ConfigError, type SetVariables } from './read-environment';
import { comparableTenants } from './tenants-comparable';
import { crossTenantFaults } from './tenants-faults';
import { faultsOfIssue } from './tenants-issues';
import { tenantsFile, type FileTenants } from './tenants-schema';
import { parseYaml } from './tenants-yaml';

/**
 * Finds everything that is wrong with TENANTS_FILE. Each fault names the tenant and the key. It shows no value, since
 * a value may be a secret or a phone number. `codeLength`: the environment's, if the process reads it.
 */
export function tenantsFileFaults(
  { TENANTS_FILE: file, API_KEYS }: SetVariables,
  codeLength?: number,
): string[] {
  if (file === undefined) return [];
  const { data, faults } = readTenantsFile(file);
  const crossFaults = crossTenantFaults(comparableTenants(data), { apiKeys: API_KEYS, codeLength });
  return [...faults, ...crossFaults].map((fault) => `TENANTS_FILE ${fault}`);
}

/** The tenants of the file. Without a file, there are none. @throws ConfigError if the file has become invalid */
export function tenantsOf(file: string | undefined): FileTenants {
  if (file === undefined) return {};
  const { tenants, faults } = readTenantsFile(file);
  if (!tenants) throw new ConfigError(faults.map((fault) => `TENANTS_FILE ${fault}`));
  return tenants;
}

interface ReadFile {
  /** The content, with or without faults. Undefined if it can't be read. */
  readonly data?: unknown;
  /** Undefined if the file has faults. */
  readonly tenants?: FileTenants;
  readonly faults: readonly string[];
}

function readTenantsFile(file: string): ReadFile {
  const content = contentOf(file);
  if (content === undefined)
    return { faults: [`names no file that can be read: ${file}, in the folder ${process.cwd()}`] };
  const yaml = parseYaml(content);
  if ('faults' in yaml) return yaml;
  const { data } = yaml;
  const parsed = tenantsFile.safeParse(data, { reportInput: true });
  return parsed.success
    ? { data, tenants: parsed.data.tenants, faults: [] }
    : { data, faults: parsed.error.issues.flatMap(faultsOfIssue) };
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
