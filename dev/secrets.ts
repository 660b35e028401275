import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createSecrets } from '../scripts/create-secrets';
import { isAccessDenied, makeDataFolder, unusableFolder } from './data-folder';
import { errorCode } from '../harness/error-code';

/** Under DATA_DIR. */
export const SECRETS_FILE = 'secrets.json';

const Secrets = z.object({ SECRET_KEYS: z.string().min(1), PHONE_DIGEST_KEY: z.string().min(1) });
export type Secrets = z.infer<typeof Secrets>;

/**
 * Reads the secrets of development, and makes them if there are none. They are kept: a code can be checked only with the
 * secrets with which its verification was started.
 */
export function keepSecrets(dataDir: string): Secrets {
  makeDataFolder(dataDir);
  const file = path.join(dataDir, SECRETS_FILE);
  try {
    if (!existsSync(file)) createOnce(file, JSON.stringify(createSecrets('dev'), null, 2));
    return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (isAccessDenied(error)) throw unusableFolder(dataDir, error);
    throw new Error(
      `${file} can not be used (${reason(error)}). Repair it; or delete it, and new secrets are made, ` +
        'with which verifications under way can not be answered any more. DATA_DIR names its folder.',
      { cause: error },
    );
  }
}

/**
 * Writes a draft, and gives it its final name when it is complete: no process ever reads half a file. If another process
 * was faster, its file stays.
 */
function createOnce(file: string, content: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${content}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

/** Why the file can't be used. Shows nothing of its content. */
function reason(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return 'it does not hold the secrets';
  return errorCode(error) ?? 'unknown error';
}
