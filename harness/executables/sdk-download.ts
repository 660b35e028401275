import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { TYPESCRIPT_OPTIONS } from '../project';
import type { Print, Source } from './executables';
import { runCommand } from './run-command';

/** The download fails if no data arrives for this time. The whole download has no limit, for slow connections. */
const STALL_LIMIT_MS = 10_000;
const POLL_INTERVAL_MS = 1000;
const PROGRESS_EVERY_MS = 5000;

/**
 * Lets the SDK download the executable. The SDK can't stop a download, so it runs in its own process, which is ended if
 * no data arrives.
 */
export function createSdkDownload(script: string, stallLimitMs = STALL_LIMIT_MS): Source {
  return {
    description: "by the Temporal SDK's own download",
    async fetch({ name, version }, directory, { env, print }) {
      const stall = new AbortController();
      const watch = watchGrowth(directory, stallLimitMs, print, (reason) => stall.abort(reason));
      const args = [...TYPESCRIPT_OPTIONS, script, name, version, directory];
      try {
        await runCommand(process.execPath, args, { env, signal: stall.signal });
      } finally {
        clearInterval(watch);
      }
      const [file] = await readdir(directory);
      if (file === undefined) throw new Error('it left no file');
      return path.join(directory, file);
    },
  };
}

export const downloadBySdk = createSdkDownload(path.join(__dirname, 'sdk-download-process.ts'));

/** Prints the downloaded size every few seconds. Calls `onStall` if the size has not grown for `stallLimitMs`. */
function watchGrowth(
  directory: string,
  stallLimitMs: number,
  print: Print,
  onStall: (reason: Error) => void,
) {
  let size = 0;
  let grownAt = Date.now();
  let printedAt = Date.now();

  const look = async () => {
    const now = Date.now();
    const sizeNow = await sizeOf(directory);
    if (sizeNow > size) grownAt = now;
    size = sizeNow;
    if (now - grownAt >= stallLimitMs) onStall(new Error(`nothing arrived for ${stallLimitMs / 1000} s`));
    if (now - printedAt < PROGRESS_EVERY_MS) return;
    print(`  ${Math.round(size / 1e6)} MB …`);
    printedAt = now;
  };
  return setInterval(() => void look(), Math.min(POLL_INTERVAL_MS, stallLimitMs / 4));
}

async function sizeOf(directory: string): Promise<number> {
  try {
    const files = await readdir(directory);
    const stats = await Promise.all(files.map((file) => stat(path.join(directory, file))));
    return stats.reduce((sum, { size }) => sum + size, 0);
  } catch {
    return 0; // A file or the directory was removed in the meantime.
  }
}
