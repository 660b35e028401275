import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { createSecrets } from '../scripts/create-secrets';
import { isAccessDenied, prepareDataFolder, unusableFolderError } from './data-folder';
import { errorCode } from '../harness/error-code';

/** A file in DATA_DIR. */
export const SECRETS_FILE = 'secrets.json';

const Secrets = z.object({ SECRET_KEYS: z.string().min(1), PHONE_DIGEST_KEY: z.string().min(1) });
export type Secrets = z.infer<typeof Secrets>;

/**
 * Reads the secrets of `npm run dev`. Creates them at the first run and keeps them, because a code can be checked only
 * with the secrets with which its verification was started.
 */
export function loadOrCreateSecrets(dataDir: string): Secrets {
  prepareDataFolder(dataDir);
  const file = path.join(dataDir, SECRETS_FILE);
  try {
    if (!existsSync(file)) createOnce(file, JSON.stringify(createSecrets('dev'), null, 2));
    return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (isAccessDenied(error)) throw unusableFolderError(dataDir, error);
    throw new Error(
      `${file} cannot be used (${reason(error)}). Repair or delete it. If you delete it, new secrets are created, ` +
        'and the codes of open verifications are no longer accepted. DATA_DIR is its folder.',
      { cause: error },
    );
  }
}

/**
 * Writes a temporary file and then links it to its final name, so that no process reads an incomplete file. If another
 * process was faster, its file is kept.
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

/** Why the file can't be used, without its content. */
function reason(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return 'it does not contain the secrets';
  return errorCode(error) ?? 'unknown error';
}
