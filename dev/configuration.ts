import { type ApiConfig, apiConfig } from '../src/config/api-config';
import { type OperatorConfig, operatorConfig } from '../src/config/operator-config';
import { ConfigError, setVariables } from '../src/config/read-environment';
import { workerConfig } from '../src/config/worker-config';
import { developmentEnvironment } from './environment';
import { keepSecrets } from './secrets';
import { type DevSettings, readDevSettings } from './settings';

export interface DevConfiguration {
  settings: DevSettings;
  /** What the processes run with. */
  env: Readonly<Record<string, string>>;
  /** What the API reads from that. */
  config: ApiConfig;
  /** What the operator commands read from that. */
  operator: OperatorConfig;
}

/** @throws ConfigError whose one message names every variable at fault, of development and of every process */
export function configureDevelopment(outside: NodeJS.ProcessEnv): DevConfiguration {
  const set = setVariables(outside);
  const { settings, faults: ownFaults } = readDevSettings(set);
  const env = developmentEnvironment(set, settings, keepSecrets(settings.dataDir));
  // Processes share variables, and then find the same fault.
  const faults = new Set<string>();
  const config = readOr(faults, () => apiConfig(env));
  readOr(faults, () => workerConfig(env));
  const operator = readOr(faults, () => operatorConfig(env));
  for (const fault of ownFaults) faults.add(fault);
  if (config?.port === 0) faults.add('PORT must not be 0: the addresses that are printed hold it');
  if (config === undefined || operator === undefined || faults.size > 0) throw new ConfigError([...faults]);
  return { settings, env, config, operator };
}

/** Undefined for a wrong configuration, whose faults are added. */
function readOr<Config>(faults: Set<string>, readConfig: () => Config): Config | undefined {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) faults.add(fault);
    return undefined;
  }
}
