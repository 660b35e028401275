import { existsSync } from 'node:fs';
import path from 'node:path';
import { type OperatorConfig, operatorConfig } from '../src/config/operator-config';
import { setVariables } from '../src/config/read-environment';
import { configureDevelopment } from './configuration';
import { SECRETS_FILE } from './secrets';
import { readDevSettings } from './settings';

/**
 * The configuration of an operator command that runs from source. It is read from the environment if PHONE_DIGEST_KEY is
 * set. Otherwise it is the configuration of `npm run dev`, which must have run once.
 */
export function configureOperator(env: NodeJS.ProcessEnv): OperatorConfig {
  const set = setVariables(env);
  if (set['PHONE_DIGEST_KEY'] !== undefined) return operatorConfig(env);
  const { dataDir } = readDevSettings(set).settings;
  if (existsSync(path.join(dataDir, SECRETS_FILE))) {
    process.stdout.write(`PHONE_DIGEST_KEY is not set: with the secrets of npm run dev, in ${dataDir}.\n`);
    return configureDevelopment(env).operator;
  }
  throw new Error(
    'it is not known whose numbers these are: set PHONE_DIGEST_KEY and the rest of the environment of the API, or ' +
      `DATA_DIR to the folder of npm run dev (${dataDir} holds no ${SECRETS_FILE}). Nothing was done`,
  );
}
