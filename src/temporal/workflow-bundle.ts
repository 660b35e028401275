import { existsSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from './data-converter';

/** `npm run build` writes this file next to the compiled code. */
export const WORKFLOW_BUNDLE_FILE = 'workflow-bundle.js';

/** The bundle from the build. In development there is none: then it is built now, from the source. */
export async function workflowBundle(): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const codePath = path.join(__dirname, '..', WORKFLOW_BUNDLE_FILE);
  return existsSync(codePath) ? { codePath } : bundleWorkflows();
}

/**
 * Bundles the workflows with their interceptors. These are always there: they do nothing without a trace header. Each
 * worker evaluates the modules once and all its workflows share them, so a module must not keep state.
 */
export function bundleWorkflows(): ReturnType<typeof bundleWorkflowCode> {
  const workflowsPath = require.resolve('../workflows');
  const tracing = require.resolve('../workflows/tracing');
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [tracing],
    failureConverterPath: FAILURE_CONVERTER_PATH,
    preloadModules: [workflowsPath, tracing, FAILURE_CONVERTER_PATH],
    logger: new DefaultLogger('WARN'),
  });
}
