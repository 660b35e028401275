import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { findOnPath } from '../../harness/executables/find-executable';

/** Paths of PostgreSQL's executables. */
export interface PostgresCommands {
  readonly initdb: string;
  readonly pgIsReady: string;
  readonly postgres: string;
}

/** Debian installs each version in a folder of its own, which is not on PATH. */
const DEBIAN_DIRECTORY = '/usr/lib/postgresql';

/** Looks on PATH and then in Debian's folders, the newest version first. @throws Error that says what to install */
export async function findPostgres(
  searchPath: string,
  debianDirectory = DEBIAN_DIRECTORY,
): Promise<PostgresCommands> {
  const directories = [searchPath, ...(await versionDirectories(debianDirectory))].join(path.delimiter);
  const initdb = await findOnPath('initdb', directories);
  if (initdb === undefined) {
    throw new Error(
      `PostgreSQL was found neither on PATH nor in ${debianDirectory}. On Debian: apt-get install postgresql`,
    );
  }
  // The folder on PATH can have links to only some of them.
  const directory = path.dirname(await realpath(initdb));
  const command = (name: string) => path.join(directory, name);
  return { initdb: command('initdb'), pgIsReady: command('pg_isready'), postgres: command('postgres') };
}

async function versionDirectories(debianDirectory: string): Promise<string[]> {
  const versions = await readdir(debianDirectory).catch(() => []);
  return versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => path.join(debianDirectory, version, 'bin'));
}
