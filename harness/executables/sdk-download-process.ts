import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';

/** `node --import tsx sdk-download-process.ts NAME VERSION DIRECTORY`: the SDK downloads it and proves that it starts. */
async function main([name, version, downloadDir]: string[]): Promise<void> {
  // Without its handlers of signals, so that one ends this process.
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
  // Each layer of the SDK repeats the one below.
  process.stderr.write(`${[...new Set(error.message.split(': '))].join(': ')}\n`);
  process.exitCode = 1;
});
