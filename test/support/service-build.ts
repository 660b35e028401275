import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeBuildDirectory } from '../../harness/project';
import { buildService } from '../../harness/service/build-service';
import { requiredEnv } from './required-env';

let build: Promise<string> | undefined;

/**
 * The folder of the compiled service. It is built once in a test run, by the first test that needs it. Compiled
 * processes start much faster than processes that compile the source and bundle the workflows.
 */
export function serviceBuild(): Promise<string> {
  return (build ??= findOrBuild());
}

async function findOrBuild(): Promise<string> {
  const directory = path.join(requiredEnv('TEST_DIRECTORY'), 'service');
  if (existsSync(directory)) return directory;
  const unfinished = await makeBuildDirectory('service');
  await buildService(unfinished, requiredEnv('TEST_WORKFLOW_BUNDLE'));
  try {
    await rename(unfinished, directory);
  } catch (error) {
    // Another Jest worker was faster.
    if (!existsSync(directory)) throw error;
    await rm(unfinished, { recursive: true });
  }
  return directory;
}
