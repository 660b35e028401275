import { ConfigError } from './read-environment';

/**
 * Reads the configuration of this process, at its start. A wrong configuration ends the process at once, with one
 * message. The only reader of process.env.
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
