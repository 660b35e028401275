import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflows, WORKFLOW_BUNDLE_FILE } from '../src/temporal/workflow-bundle';

/** Bundles the workflows into one file, so that workers do not run webpack when they start. */
export async function buildWorkflowBundle(outFile: string): Promise<void> {
  const { code } = await bundleWorkflows();
  await mkdir(path.dirname(outFile), { recursive: true });
  await writeFile(outFile, code);
}

if (require.main === module) {
  void buildWorkflowBundle(process.argv[2] ?? path.resolve(__dirname, '../dist', WORKFLOW_BUNDLE_FILE));
}
