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

/** Longer than any path takes to its end. */
const LONGEST_WAIT_MS = 60_000;

/** `npm run record-histories [-- <label>]`: walks every path on a real server and keeps its history. See README.md. */
async function main([label]: string[]): Promise<void> {
  await globalSetup();
  const server = await connectDevServer();
  try {
    await mkdir(HISTORIES_DIRECTORY, { recursive: true });
    for (const [index, [name, way]] of Object.entries(paths).entries()) {
      // Numbers from 555-0100 on are nobody's.
      const history = await record(server, way, `+1425555${String(100 + index).padStart(4, '0')}`);
      const file = label === undefined ? `${name}.json` : `${name}.${label}.json`;
      await writeFile(path.join(HISTORIES_DIRECTORY, file), `${history}\n`);
      process.stdout.write(`${file}\n`);
    }
  } finally {
    await server.close();
    await globalTeardown();
  }
}

/** @throws Error if the verification did not end as one that takes this path does */
async function record(server: DevServer, way: Path, phoneNumber: string): Promise<string> {
  const service = await startService({ ...server, ...way.options });
  try {
    const run = runOf(service, await way.walk(service, phoneNumber));
    // Its result, not only its status: one that is decided may stay open for a while.
    const { status } = await server.client.withDeadline(Date.now() + LONGEST_WAIT_MS, () => run.result());
    if (status !== way.ends) throw new Error(`It ended ${status}, not ${way.ends}`);
    return withoutMachine(historyToJSON(await run.fetchHistory()));
  } finally {
    await service.stop();
  }
}

/** Drops what tells of the machine that recorded it: no replay looks at that. */
function withoutMachine(history: string): string {
  return history
    .replaceAll(`${process.pid}@${hostname()}`, 'recorder')
    .replaceAll(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
