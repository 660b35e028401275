import { ConfigError } from './read-environment';

/**
 * Reads the configuration of this process when it starts. An invalid configuration ends the process with one message.
 * Nothing else in src reads process.env.
 */
export function configOrExit<Config>(readConfig: (env: NodeJS.ProcessEnv) => Config): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
