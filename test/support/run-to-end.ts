import { execFile } from 'node:child_process';
import path from 'node:path';
import { PROJECT_DIRECTORY, TYPESCRIPT_OPTIONS } from '../../harness/project';
import { serviceBuild } from './service-build';

export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command that ends by itself. Its environment is PATH and `env`. */
export function runToEnd(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = PROJECT_DIRECTORY,
): Promise<Ended> {
  const options = { cwd, env: { PATH: process.env['PATH'], ...env }, timeout: 120_000 };
  return new Promise((resolve) => {
    execFile(command, [...args], options, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
  });
}

/** Runs a TypeScript file that ends by itself. */
export function runSource(script: string, args: readonly string[], env: Record<string, string>) {
  return runToEnd(
    process.execPath,
    [...TYPESCRIPT_OPTIONS, path.join(PROJECT_DIRECTORY, script), ...args],
    env,
  );
}

/** Runs a file of the compiled service that ends by itself. It starts much faster than the source. `name`: like `find` */
export async function runCompiled(name: string, args: readonly string[], env: Record<string, string>) {
  return runToEnd(process.execPath, [path.join(await serviceBuild(), `${name}.js`), ...args], env);
}

/** Runs a script of package.json that ends by itself. */
export function runNpm(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = PROJECT_DIRECTORY,
) {
  return runToEnd('npm', ['run', '--silent', script, '--', ...args], env, cwd);
}
