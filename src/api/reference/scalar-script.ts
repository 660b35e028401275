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

/**
 * Reads the file when it is first needed: it must not delay the start. The 3.6 MB and the 1 MB that they become are kept.
 * Requests share them: otherwise each client that is slow to read its answer would hold 3.6 MB.
 */
export function createScalarScript(file = FILE): ScalarScript {
  const plain = keepResult(() => readFile(file));
  // Each compression takes 100 ms of a core.
  const gzipped = keepResult(async () => compress(await plain()));
  return { plain, gzipped };
}

/** Calls `make` once. After a failure, the next call tries again. */
function keepResult(make: () => Promise<Buffer>): () => Promise<Buffer> {
  let result: Promise<Buffer> | undefined;
  return async () => {
    try {
      return await (result ??= make());
    } catch (error) {
      result = undefined;
      throw error;
    }
  };
}
