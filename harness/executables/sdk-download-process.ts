import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';

/** `node --require tsx/cjs sdk-download-process.ts NAME VERSION DIRECTORY`: lets the SDK download and start a server. */
async function main([name, version, downloadDir]: string[]): Promise<void> {
  // Without the SDK's signal handlers: a signal must end this process.
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const server = {
    executable: { type: 'cached-download', version: `v${version}`, downloadDir: `${downloadDir}` },
  } as const;
  const environment =
    name === 'temporal'
      ? await TestWorkflowEnvironment.createLocal({ server })
      : await TestWorkflowEnvironment.createTimeSkipping({ server });
  await environment.teardown();
}

main(process.argv.slice(2)).catch((error: Error) => {
  // Each layer of the SDK repeats the message of the layer below.
  process.stderr.write(`${[...new Set(error.message.split(': '))].join(': ')}\n`);
  process.exitCode = 1;
});
