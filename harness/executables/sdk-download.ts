import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Say, Source } from './executables';
import { runCommand } from './run-command';

/** How long nothing may arrive. No limit on the whole: a slow line takes as long as it takes. */
const STALL_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 1000;
const SIGN_OF_LIFE_MS = 5000;

/**
 * What the SDK downloads for itself. It can't be told to stop, so it runs in a process of its own that is ended when
 * nothing arrives any more.
 */
export function createSdkDownload(script: string, stallLimitMs = STALL_LIMIT_MS): Source {
  return {
    description: "by the Temporal SDK's own download",
    async fetch({ name, version }, directory, { env, say }) {
      const stall = new AbortController();
      const watch = watchGrowth(directory, stallLimitMs, say, (reason) => stall.abort(reason));
      const args = ['--import', 'tsx', script, name, version, directory];
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

/** Says every few seconds how much has come, and when nothing comes any more. */
function watchGrowth(directory: string, stallLimitMs: number, say: Say, onStall: (reason: Error) => void) {
  let size = 0;
  let grownAt = Date.now();
  let saidAt = Date.now();

  const look = async () => {
    const now = Date.now();
    const sizeNow = await sizeOf(directory);
    if (sizeNow > size) grownAt = now;
    size = sizeNow;
    if (now - grownAt >= stallLimitMs) onStall(new Error(`nothing arrived for ${stallLimitMs / 1000} s`));
    if (now - saidAt < SIGN_OF_LIFE_MS) return;
    say(`  ${Math.round(size / 1e6)} MB …`);
    saidAt = now;
  };
  return setInterval(() => void look(), Math.min(LOOK_EVERY_MS, stallLimitMs / 4));
}

async function sizeOf(directory: string): Promise<number> {
  try {
    const files = await readdir(directory);
    const stats = await Promise.all(files.map((file) => stat(path.join(directory, file))));
    return stats.reduce((sum, { size }) => sum + size, 0);
  } catch {
    return 0; // A file, or the directory, that went away meanwhile.
  }
}
