import { type Config, ConfigError, loadConfig } from '../src/config/config';
import { developmentEnvironment, setVariables } from './environment';
import { keepSecrets } from './secrets';
import { type DevSettings, readDevSettings } from './settings';

export interface DevConfiguration {
  settings: DevSettings;
  /** What the processes run with. */
  env: Readonly<Record<string, string>>;
  /** What the service reads from that. */
  config: Config;
}

/** @throws ConfigError whose one message names every variable at fault, development's and the service's */
export function configureDevelopment(outside: NodeJS.ProcessEnv): DevConfiguration {
  const set = setVariables(outside);
  const { settings, faults } = readDevSettings(set);
  const env = developmentEnvironment(set, settings, keepSecrets(settings.dataDir));
  const config = loadOr(env, faults);
  if (config.port === 0) faults.push('PORT must not be 0: the addresses that are printed hold it');
  if (faults.length > 0) throw invalid('The configuration is not valid:', faults);
  return { settings, env, config };
}

function loadOr(env: Readonly<Record<string, string>>, faults: string[]): Config {
  try {
    return loadConfig(env);
  } catch (error) {
    throw error instanceof ConfigError ? invalid(error.message, faults) : error;
  }
}

function invalid(start: string, faults: string[]): ConfigError {
  return new ConfigError([start, ...faults.map((fault) => `  ${fault}`)].join('\n'));
}
