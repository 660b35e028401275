import path from 'node:path';
import { fetchAs, findOnPath, isExecutable } from '../../harness/executables/find-executable';
import { runCommand } from '../../harness/executables/run-command';
import { CACHE_DIRECTORY } from '../../harness/project';
import type { OnEnd } from '../cleanup';

/** As in docker-compose.yml. */
export const TEMPORAL_SERVER_VERSION = '1.32.0';

const TIME_LIMIT_MS = 60 * 60_000;

/**
 * Compiles a command of Temporal's server, unless it is in the cache. @returns its path
 *
 * @throws Error if Go is missing or the command can't be compiled
 */
export async function installTemporalCommand(
  name: string,
  goPackage: string,
  print: (line: string) => void,
  onEnd: OnEnd,
): Promise<string> {
  const file = [name, TEMPORAL_SERVER_VERSION, process.platform, process.arch].join('-');
  const target = path.join(CACHE_DIRECTORY, file);
  if (await isExecutable(target)) return target;
  if ((await findOnPath('go', process.env['PATH'] ?? '')) === undefined) {
    throw new Error(
      `Go was not found on PATH. It compiles Temporal's server: see https://go.dev/doc/install`,
    );
  }

  print(`Compiling ${name} ${TEMPORAL_SERVER_VERSION} with go install. This can take some minutes …`);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
  const installed = fetchAs(target, async (directory) => {
    const env = { ...process.env, GOBIN: directory };
    await runCommand('go', ['install', `${goPackage}@v${TEMPORAL_SERVER_VERSION}`], { env, signal });
    return path.join(directory, path.basename(goPackage));
  });
  onEnd(async () => {
    stop.abort();
    await installed.catch(() => {});
  });
  await installed;
  return target;
}
