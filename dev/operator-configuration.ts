import { existsSync } from 'node:fs';
import path from 'node:path';
import { type OperatorConfig, operatorConfig } from '../src/config/operator-config';
import { setVariables } from '../src/config/read-environment';
import { configureDevelopment } from './configuration';
import { SECRETS_FILE } from './secrets';
import { readDevSettings } from './settings';

/**
 * The configuration of an operator command that runs from source. If PHONE_DIGEST_KEY is set, it is read from the
 * environment. Otherwise it is the configuration of `npm run dev`, which must have run once.
 */
export function configureOperator(env: NodeJS.ProcessEnv): OperatorConfig {
  const set = setVariables(env);
  if (set['PHONE_DIGEST_KEY'] !== undefined) return operatorConfig(env);
  const { dataDir } = readDevSettings(set).settings;
  if (existsSync(path.join(dataDir, SECRETS_FILE))) {
    process.stdout.write(`PHONE_DIGEST_KEY is not set. Using the secrets of npm run dev in ${dataDir}.\n`);
    return configureDevelopment(env).operator;
  }
  throw new Error(
    'the digest key of the numbers is unknown: set PHONE_DIGEST_KEY and the other variables of the API, or set ' +
      `DATA_DIR to the folder of npm run dev (${dataDir} has no ${SECRETS_FILE}). Nothing was done`,
  );
}
