import { existsSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { loadClientConfigProfile, toClientOptions, type ClientConfigProfile } from '@temporalio/envconfig';
import { isHeaderText } from './fields';
import { DEFAULT_ADDRESS, DEFAULT_NAMESPACE } from './variables/temporal';

/** `temporal.example.com:7233`, `127.0.0.1:7233`, `[::1]:7233`. */
const HOST_AND_PORT = /^([^\s:/[\]]+|\[[\da-fA-F:.]+\]):([1-9]\d{0,4})$/;
const MAX_PORT = 65_535;
const UNUSABLE_TLS =
  'TEMPORAL_TLS_CLIENT…: the certificate or its key is not in PEM form, or they do not belong together';
const UNUSABLE_CA =
  "TEMPORAL_TLS_SERVER_CA_CERT_PATH (or …_DATA, or the profile's server_ca_cert_path) must be a certificate in PEM form";
const UNUSABLE_API_KEY =
  "TEMPORAL_API_KEY (or the profile's api_key) has a space, a line break or a character that is not ASCII";
const UNUSABLE_DEFAULT_FILE =
  "temporalio/temporal.toml in the configuration folder of the user (the default) can't be read or is not valid";
const HALF_PAIR =
  'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH ' +
  "(or …_DATA, or the profile's client_cert_path and client_key_path) must both be set, or neither";

type ConnectionOptions = ReturnType<typeof toClientOptions>['connectionOptions'];

export interface TemporalConnection {
  readonly connection: Pick<ConnectionOptions, 'apiKey' | 'tls' | 'metadata'> & { readonly address: string };
  readonly namespace: string;
}

/** Reads the connection to Temporal from the variables and the user's profile. Returns a fault if it is not valid. */
export function readTemporalConnection(
  set: Readonly<Record<string, string>>,
): TemporalConnection | { readonly fault: string } {
  const trimmed = withoutOuterSpaces(set);
  const { TEMPORAL_CONFIG_FILE: file } = trimmed;
  // The SDK ignores a file that does not exist, and would connect to the default address.
  if (file !== undefined && !existsSync(file)) return { fault: 'TEMPORAL_CONFIG_FILE names no file' };
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars: trimmed });
    if (hasHalfPair(profile)) return { fault: HALF_PAIR };
    const { connectionOptions, namespace } = toClientOptions(profile);
    const { address = DEFAULT_ADDRESS, apiKey, tls, metadata } = connectionOptions;
    if (!hasUsableCertificate(tls)) return { fault: UNUSABLE_TLS };
    if (!hasUsableCa(tls)) return { fault: UNUSABLE_CA };
    if (profile.apiKey !== undefined && !isHeaderText(profile.apiKey)) return { fault: UNUSABLE_API_KEY };
    const [, , port] = HOST_AND_PORT.exec(address) ?? [];
    if (port === undefined || Number(port) > MAX_PORT)
      return { fault: 'TEMPORAL_ADDRESS must be a host and a port, like temporal.example.com:7233' };
    return {
      connection: {
        address,
        ...(apiKey !== undefined && { apiKey }),
        ...(tls !== undefined && { tls }),
        ...(metadata !== undefined && { metadata }),
      },
      namespace: namespace ?? DEFAULT_NAMESPACE,
    };
  } catch {
    const names = Object.keys(set).filter(
      (name) => name.startsWith('TEMPORAL_') && name !== 'TEMPORAL_TASK_QUEUE',
    );
    if (names.length === 0) return { fault: `TEMPORAL_CONFIG_FILE: ${UNUSABLE_DEFAULT_FILE}` };
    const files = 'one of them names a file or a profile that does not exist, or has an invalid value';
    const orDefaultFile = file === undefined ? `. Or ${UNUSABLE_DEFAULT_FILE}` : '';
    return { fault: `${names.join(', ')} can't be read: ${files}${orDefaultFile}` };
  }
}

/**
 * The other variables have no outer spaces, either. A value that comes from a file often ends with a line break, which
 * no header and no path may have. The content of a certificate or key (`…_DATA`) stays as it is.
 */
function withoutOuterSpaces(set: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(set).map(([name, value]) => [name, name.endsWith('_DATA') ? value : value.trim()]),
  );
}

/** The SDK ignores a certificate without a key, and would connect without it. */
function hasHalfPair({ tls: { clientCert, clientKey } = {} }: ClientConfigProfile): boolean {
  return (clientCert === undefined) !== (clientKey === undefined);
}

/** Whether TLS can use the client's certificate and key. Otherwise each connection would fail without naming a variable. */
function hasUsableCertificate(tls: ConnectionOptions['tls']): boolean {
  if (typeof tls !== 'object' || tls === null) return true;
  const { clientCertPair: { crt, key } = {} } = tls;
  const pem = (content: Uint8Array | undefined) => content && Buffer.from(content);
  try {
    createSecureContext({ cert: pem(crt), key: pem(key) });
    return true;
  } catch {
    return false;
  }
}

/** Whether the authority's certificate is in PEM form. TLS ignores anything else, and would then trust no server. */
function hasUsableCa(tls: ConnectionOptions['tls']): boolean {
  if (typeof tls !== 'object' || tls === null || !tls.serverRootCACertificate) return true;
  return Buffer.from(tls.serverRootCACertificate).includes('-----BEGIN CERTIFICATE-----');
}
