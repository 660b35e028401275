import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from '../src/temporal/data-converter';
import { WORKFLOW_BUNDLE_FILE } from '../src/temporal/workflow-bundle';

/** Bundles the workflows into one file, so that workers do not run webpack when they start. */
export async function buildWorkflowBundle(outFile: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.resolve(__dirname, '../src/workflows/index.ts'),
    failureConverterPath: FAILURE_CONVERTER_PATH,
    logger: new DefaultLogger('WARN'),
  });
  await mkdir(path.dirname(outFile), { recursive: true });
  await writeFile(outFile, code);
}

if (require.main === module) {
  void buildWorkflowBundle(process.argv[2] ?? path.resolve(__dirname, '../dist', WORKFLOW_BUNDLE_FILE));
}
