import { type ApiConfig, apiConfig } from '../src/config/api-config';
import { type OperatorConfig, operatorConfig } from '../src/config/operator-config';
import type { MetricsAddress } from '../src/config/metrics-address';
import { ConfigError, setVariables } from '../src/config/read-environment';
import { workerConfig } from '../src/config/worker-config';
import { developmentEnvironment } from './environment';
import { loadOrCreateSecrets } from './secrets';
import { type DevSettings, readDevSettings } from './settings';

export interface DevConfiguration {
  settings: DevSettings;
  /** The environment of the processes. */
  env: Readonly<Record<string, string>>;
  /** The API's configuration from `env`. */
  config: ApiConfig;
  /** Where API and workers offer their metrics. The port of a worker is that of the first one. */
  metrics: { readonly api: MetricsAddress | undefined; readonly worker: MetricsAddress | undefined };
  /** The operator commands' configuration from `env`. */
  operator: OperatorConfig;
}

/** @throws ConfigError that names every invalid variable, of `npm run dev` and of all processes */
export function configureDevelopment(outside: NodeJS.ProcessEnv): DevConfiguration {
  const set = setVariables(outside);
  const { settings, faults: ownFaults } = readDevSettings(set);
  const env = developmentEnvironment(set, settings, loadOrCreateSecrets(settings.dataDir));
  // Processes share variables, so several can report the same fault.
  const faults = new Set<string>();
  const config = readOr(faults, () => apiConfig(env));
  const worker = readOr(faults, () => workerConfig(env));
  const operator = readOr(faults, () => operatorConfig(env));
  for (const fault of ownFaults) faults.add(fault);
  if (config?.port === 0) faults.add('PORT must not be 0: the printed addresses contain it');
  if (config === undefined || worker === undefined || operator === undefined || faults.size > 0)
    throw new ConfigError([...faults]);
  const metrics = { api: config.metrics, worker: worker.metrics };
  return { settings, env, config, metrics, operator };
}

/** Undefined if the configuration is invalid. Its faults are added to `faults`. */
function readOr<Config>(faults: Set<string>, readConfig: () => Config): Config | undefined {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) faults.add(fault);
    return undefined;
  }
}
