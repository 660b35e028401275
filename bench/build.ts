import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { buildWorkflowBundle } from '../scripts/build-workflow-bundle';
import { WORKFLOW_BUNDLE_FILE } from '../src/temporal/workflow-bundle';

const PROJECT_DIRECTORY = path.resolve(__dirname, '..');
const TIME_LIMIT_MS = 5 * 60_000;

/** What the measured processes run: compiled code and workflow bundles, as in production. */
export function builtFiles(directory: string) {
  const service = path.join(directory, 'service');
  const floor = path.join(directory, 'floor');
  return {
    server: path.join(service, 'server.js'),
    worker: path.join(service, 'worker.js'),
    workflowBundle: path.join(service, WORKFLOW_BUNDLE_FILE),
    floorWorker: path.join(floor, 'worker.js'),
    floorBundle: path.join(floor, WORKFLOW_BUNDLE_FILE),
  };
}

/** Builds into `directory`. @throws Error that holds what the compiler says */
export async function build(directory: string): Promise<void> {
  const { server, floorWorker } = builtFiles(directory);
  const tsc = path.join(PROJECT_DIRECTORY, 'node_modules/.bin/tsc');
  await run(tsc, '-p', 'tsconfig.build.json', '--outDir', path.dirname(server));
  await run(tsc, '-p', 'bench/floor', '--outDir', path.dirname(floorWorker));
  // In a process of its own: webpack's garbage is not for the one that measures.
  await run(process.execPath, '--import', 'tsx', __filename, directory);
}

async function bundle(directory: string): Promise<void> {
  const { workflowBundle, floorBundle } = builtFiles(directory);
  await buildWorkflowBundle(workflowBundle);
  const logger = new DefaultLogger('ERROR');
  const workflowsPath = path.join(__dirname, 'floor', 'workflow.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await writeFile(floorBundle, code);
}

async function run(command: string, ...args: string[]): Promise<void> {
  const child = spawn(command, args, {
    cwd: PROJECT_DIRECTORY,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIME_LIMIT_MS,
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`.trimEnd());
}

if (require.main === module) void bundle(process.argv[2] ?? '');
