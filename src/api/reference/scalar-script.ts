import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/**
 * Scalar for browsers, as the package has it. The package's Fastify plugin is not used: its page needs an inline script,
 * and its redirect leads to the wrong place behind a proxy that adds a path.
 */
const FILE = path.join(path.dirname(require.resolve('@scalar/fastify-api-reference')), 'js/standalone.js');

const compress = promisify(gzip);

export interface ScalarScript {
  plain(): Promise<Buffer>;
  gzipped(): Promise<Buffer>;
}

/** Reads the file when it is first needed: it must not delay the start. */
export function createScalarScript(file = FILE): ScalarScript {
  let gzipped: Promise<Buffer> | undefined;

  return {
    plain: () => readFile(file),
    // 3.6 MB become 1 MB, which are kept: each compression takes 100 ms of a core.
    gzipped: () => (gzipped ??= compressed()),
  };

  async function compressed(): Promise<Buffer> {
    try {
      return await compress(await readFile(file));
    } catch (error) {
      // The next request tries again.
      gzipped = undefined;
      throw error;
    }
  }
}
