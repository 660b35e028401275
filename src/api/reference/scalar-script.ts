import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { keepResult } from '../keep-result';

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
 * Reads the file when it is first needed: it must not delay the start. All requests share the 3.6 MB, and the 1 MB that they
 * become.
 */
export function createScalarScript(file = FILE): ScalarScript {
  const plain = keepResult(() => readFile(file));
  // Each compression takes 100 ms of a core.
  const gzipped = keepResult(async () => compress(await plain()));
  return { plain, gzipped };
}
