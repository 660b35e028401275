import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { copyPages } from '../../scripts/copy-pages';
import { WORKFLOW_BUNDLE_FILE } from '../../src/temporal/workflow-bundle';
import { PROJECT_DIRECTORY, TYPESCRIPT_OPTIONS } from '../project';

const TIME_LIMIT_MS = 5 * 60_000;

/** The compiled files that Node runs. */
export interface ServiceScripts {
  readonly server: string;
  readonly worker: string;
}

/**
 * Builds the service into `directory`, like `npm run build`. Compiled code starts faster than the source.
 *
 * @param workflowBundle a bundle to copy instead of building one
 * @throws Error with the compiler's output
 */
export async function buildService(directory: string, workflowBundle?: string): Promise<ServiceScripts> {
  const bundle = path.join(directory, WORKFLOW_BUNDLE_FILE);
  await compile('tsconfig.build.json', directory);
  await copyPages(directory);
  // In its own process: the memory that webpack uses must not slow down a process that measures.
  await (workflowBundle === undefined
    ? runBuildStep(process.execPath, ...TYPESCRIPT_OPTIONS, 'scripts/build-workflow-bundle.ts', bundle)
    : copyFile(workflowBundle, bundle));
  return scriptsIn(directory);
}

/** The compiled files in a directory that `buildService` has filled. */
export function scriptsIn(directory: string): ServiceScripts {
  return { server: path.join(directory, 'server.js'), worker: path.join(directory, 'worker.js') };
}

/** @throws Error with the compiler's output */
export async function compile(project: string, outDir: string): Promise<void> {
  const tsc = path.join(PROJECT_DIRECTORY, 'node_modules/.bin/tsc');
  await runBuildStep(tsc, '-p', project, '--outDir', outDir, '--sourceMap', 'false');
}

/** @throws Error with the command's output */
export async function runBuildStep(command: string, ...args: string[]): Promise<void> {
  const options = { cwd: PROJECT_DIRECTORY, timeout: TIME_LIMIT_MS };
  await promisify(execFile)(command, args, options).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`The build failed:\n${error.stdout}${error.stderr}`.trimEnd(), { cause: error });
  });
}
