import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

const NAME = '.env';

/**
 * A warning that the folder's `.env` is not read. It often contains a real Twilio account, which would send messages to
 * real phones. Undefined without a file, or if all its variables are already set.
 */
export function unusedEnvFile(folder: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = path.join(folder, NAME);
  if (!existsSync(file) || isInEnvironment(file, env)) return undefined;
  return `There is a ${NAME}, which npm run dev does not read. To use it: set -a; . ./${NAME}; set +a; npm run dev`;
}

function isInEnvironment(file: string, env: NodeJS.ProcessEnv): boolean {
  try {
    const variables = Object.entries(parseEnv(readFileSync(file, 'utf8')));
    return variables.every(([name, value]) => value === '' || env[name] !== undefined);
  } catch {
    // If the file can't be read, its variables can't be in the environment.
    return false;
  }
}
