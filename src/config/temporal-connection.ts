import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DEFAULT_ADDRESS, DEFAULT_NAMESPACE } from './variables/temporal';

/** `temporal.example.com:7233`, `127.0.0.1:7233`, `[::1]:7233`. */
const HOST_AND_PORT = /^([^\s:/[\]]+|\[[\da-fA-F:.]+\]):[1-9]\d{0,4}$/;

type ConnectionOptions = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

export interface TemporalConnection {
  readonly connection: Pick<ConnectionOptions, 'apiKey' | 'tls' | 'metadata'> & { readonly address: string };
  readonly namespace: string;
}

/** How to reach Temporal, from the variables and the profile of the user; or what is wrong with them. */
export function readTemporalConnection(
  set: Readonly<Record<string, string>>,
): TemporalConnection | { readonly fault: string } {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: set });
    const { address = DEFAULT_ADDRESS, apiKey, tls, metadata } = connectionOptions;
    if (!HOST_AND_PORT.test(address))
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
    return { fault: 'TEMPORAL_… the connection settings (address, TLS, API key, profile) can not be read' };
  }
}
