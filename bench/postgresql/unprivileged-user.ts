import { runCommand } from '../../harness/executables/run-command';
import type { UserIds } from '../../harness/processes/start-process';

/** Debian's package creates the first. */
const CANDIDATES = ['postgres', 'nobody'];
const TIME_LIMIT_MS = 10_000;

/**
 * The user as which PostgreSQL runs, because it refuses to run as root. Undefined if this process does not run as root:
 * then its own user.
 *
 * @throws Error if this process runs as root and there is no such user
 */
export async function unprivilegedUser(): Promise<UserIds | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  let cause: unknown;
  for (const name of CANDIDATES) {
    try {
      return { uid: await readId('-u', name), gid: await readId('-g', name) };
    } catch (error) {
      cause = error; // Probably there is no such user.
    }
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${CANDIDATES.join(' or ')}`, {
    cause,
  });
}

async function readId(flag: string, name: string): Promise<number> {
  const options = { env: process.env, signal: AbortSignal.timeout(TIME_LIMIT_MS) };
  return Number(await runCommand('id', [flag, name], options));
}
