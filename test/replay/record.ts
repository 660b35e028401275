import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { connectDevServer, type DevServer } from '../support/dev-server';
import globalSetup from '../support/global-setup';
import globalTeardown from '../support/global-teardown';
import { startService } from '../support/service';
import { HISTORIES_DIRECTORY } from './histories';
import { paths, type Path } from './paths';
import { runOf } from './steps';

/** Longer than every path. */
const LONGEST_WAIT_MS = 60_000;

/** `npm run record-histories [-- <label>]`: records one history of each path on a real server. See README.md. */
async function main([label]: string[]): Promise<void> {
  await globalSetup();
  const server = await connectDevServer();
  try {
    await mkdir(HISTORIES_DIRECTORY, { recursive: true });
    for (const [index, [name, workflowPath]] of Object.entries(paths).entries()) {
      // Numbers from 555-0100 to 555-0199 are fictional.
      const history = await record(server, workflowPath, `+1425555${String(100 + index).padStart(4, '0')}`);
      const file = label === undefined ? `${name}.json` : `${name}.${label}.json`;
      await writeFile(path.join(HISTORIES_DIRECTORY, file), `${history}\n`);
      process.stdout.write(`${file}\n`);
    }
  } finally {
    await server.close();
    await globalTeardown();
  }
}

/** @throws Error if the verification ends with another status than the path's */
async function record(server: DevServer, workflowPath: Path, phoneNumber: string): Promise<string> {
  const service = await startService({ ...server, ...workflowPath.options });
  try {
    const run = runOf(service, await workflowPath.walk(service, phoneNumber));
    // Waits for the result: a run with a final status may stay open for two seconds.
    const { status } = await server.client.withDeadline(Date.now() + LONGEST_WAIT_MS, () => run.result());
    if (status !== workflowPath.ends)
      throw new Error(`The verification ended as ${status}, not ${workflowPath.ends}`);
    return withoutMachine(historyToJSON(await run.fetchHistory()));
  } finally {
    await service.stop();
  }
}

/** Removes the recording machine's process id, host name and file paths. Replays do not use them. */
function withoutMachine(history: string): string {
  return history
    .replaceAll(`${process.pid}@${hostname()}`, 'recorder')
    .replaceAll(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
