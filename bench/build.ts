import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { TYPESCRIPT_OPTIONS } from '../harness/project';
import { buildService, compile, runBuildStep, type ServiceScripts } from '../harness/service/build-service';

/** The files of the measured processes: compiled code and workflow bundles, as in production. */
export interface BuiltFiles {
  directory: string;
  scripts: ServiceScripts;
  floorWorker: string;
  floorBundle: string;
}

/** Builds into `directory`. @throws Error with the compiler's output */
export async function build(directory: string): Promise<BuiltFiles> {
  const floor = path.join(directory, 'floor');
  const floorBundle = path.join(floor, 'workflow-bundle.js');
  const scripts = await buildService(path.join(directory, 'service'));
  await compile('bench/floor', floor);
  await runBuildStep(process.execPath, ...TYPESCRIPT_OPTIONS, __filename, floorBundle);
  return { directory, scripts, floorWorker: path.join(floor, 'worker.js'), floorBundle };
}

async function bundleFloor(outFile: string): Promise<void> {
  const logger = new DefaultLogger('ERROR');
  const workflowsPath = path.join(__dirname, 'floor', 'workflow.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await writeFile(outFile, code);
}

if (require.main === module) void bundleFloor(process.argv[2] ?? '');
