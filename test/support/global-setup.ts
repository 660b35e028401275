import path from 'node:path';
import { buildWorkflowBundle } from '../../scripts/build-workflow-bundle';
import { findBrowser } from '../../harness/browser/browser';
import { freePort } from '../../harness/ports';
import { makeBuildDirectory } from '../../harness/project';
import { startTemporalDevServer, type TemporalDevServer } from '../../harness/temporal/dev-server';
import { findTemporalCli, findTestServer } from '../../harness/executables/find-executable';

/** What the global teardown stops and deletes. */
export interface TestRun {
  server: TemporalDevServer;
  directory: string;
}

declare global {
  var testRun: TestRun | undefined;
}

/** Starts a Temporal server and builds the workflow bundle for all tests, which find them by TEST_… variables. */
export default async function globalSetup(): Promise<void> {
  const cli = await findTemporalCli();
  const testServer = await findTestServer();
  const browser = await findBrowser();
  const directory = await makeBuildDirectory('tests');
  const bundle = path.join(directory, 'workflow-bundle.js');

  const port = await freePort();
  const [server] = await Promise.all([
    startTemporalDevServer({ executable: cli, port, mayPauseRuns: true }),
    buildWorkflowBundle(bundle),
  ]);
  globalThis.testRun = { server, directory };

  // The test libraries of Temporal connect to servers on this machine, also where `http_proxy` is set.
  process.env['no_grpc_proxy'] = '127.0.0.1,localhost';
  process.env['TEST_DIRECTORY'] = directory;
  process.env['TEST_TEMPORAL_ADDRESS'] = server.address;
  process.env['TEST_TEMPORAL_CLI'] = cli;
  process.env['TEST_TIME_SKIPPING_SERVER'] = testServer;
  process.env['TEST_BROWSER'] = JSON.stringify(browser);
  process.env['TEST_WORKFLOW_BUNDLE'] = bundle;
}
