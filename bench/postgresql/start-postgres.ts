import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../../harness/executables/run-command';
import { freePort, LOOPBACK } from '../../harness/ports';
import type { OnEnd } from '../cleanup';
import type { Processes } from '../processes';
import type { PostgresCommands } from './find-postgres';
import { unprivilegedUser } from './unprivileged-user';

/** How to connect to a PostgreSQL server. */
export interface Postgres {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface StartedPostgres extends Postgres {
  /** For example `15.14`. */
  readonly version: string;
}

const USER = 'temporal';
/** The four services of a Temporal server have pools of 20 and 10 connections each. PostgreSQL's default is 100. */
const MAX_CONNECTIONS = 150;
const COMMAND_LIMIT_MS = 60_000;

/** Starts a PostgreSQL server with a new database cluster in a temporary folder, and waits until it answers. */
export async function startPostgres(
  commands: PostgresCommands,
  directory: string,
  processes: Processes,
  onEnd: OnEnd,
): Promise<StartedPostgres> {
  const user = await unprivilegedUser();
  // Another user can't enter the project's folder if it is in root's home.
  const folder = await mkdtemp(path.join(user ? tmpdir() : directory, 'postgresql-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const password = randomBytes(16).toString('hex');
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) {
    for (const file of [folder, passwordFile]) await chown(file, user.uid, user.gid);
  }

  const context = { cwd: folder, env: { LC_ALL: 'C' }, ...(user && { user }) };
  const run = (command: string, args: string[]) =>
    runCommand(command, args, { ...context, signal: AbortSignal.timeout(COMMAND_LIMIT_MS) });
  const data = path.join(folder, 'data');
  const login = ['--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
  const others = ['--encoding', 'UTF8', '--no-locale', '--no-sync'];
  await run(commands.initdb, ['--pgdata', data, ...login, ...others]);

  const port = await freePort();
  const settings = {
    listen_addresses: LOOPBACK,
    port,
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await processes.startReady({
    ...context,
    name: 'postgres',
    command: commands.postgres,
    args: ['-D', data, ...args],
    log: path.join(folder, 'postgres.log'),
    isReady: async () => {
      await run(commands.pgIsReady, ['--host', LOOPBACK, '--port', `${port}`]);
      return true;
    },
  });
  return { port, user: USER, password, version: versionIn(await run(commands.postgres, ['--version'])) };
}

/** @param output for example `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` */
function versionIn(output: string): string {
  return /\d[\w.]*/.exec(output)?.[0] ?? '';
}
