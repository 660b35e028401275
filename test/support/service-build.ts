import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeBuildDirectory } from '../../harness/project';
import { buildService } from '../../harness/service/build-service';
import { requiredEnv } from './required-env';

/**
 * The folder of the compiled service. Whoever needs it first in a test run builds it: a process of it starts in a
 * fraction of the time that one takes which compiles the source and bundles the workflows.
 */
export async function serviceBuild(): Promise<string> {
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
