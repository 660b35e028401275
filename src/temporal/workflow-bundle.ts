import { existsSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from './data-converter';

/** Written next to the compiled code by `npm run build`. */
export const WORKFLOW_BUNDLE_FILE = 'workflow-bundle.js';

/** The bundle made at build time; in development, where there is none, one made now from the source. */
export async function workflowBundle(): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const codePath = path.join(__dirname, '..', WORKFLOW_BUNDLE_FILE);
  if (existsSync(codePath)) return { codePath };
  const workflowsPath = require.resolve('../workflows');
  return bundleWorkflowCode({
    workflowsPath,
    failureConverterPath: FAILURE_CONVERTER_PATH,
    logger: new DefaultLogger('WARN'),
  });
}
