import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hashOf } from '../../crypto/api-keys';
import type { Api } from '../http/http-server';
import { keepResult } from '../keep-result';

/** The package's file for browsers. It formats a phone number while a person types it. */
const LIBPHONENUMBER = path.join(
  path.dirname(require.resolve('libphonenumber-js/package.json')),
  'bundle/libphonenumber-min.js',
);

const NAMES = [
  'try-it.css',
  'try-it.js',
  'phone-number-field.js',
  'receive-code.js',
  'time-left.js',
  'icon.svg',
];

/** The files that the page loads: the name in the URL, and the file. */
const files = new Map([
  ...NAMES.map((name) => [name, path.join(__dirname, 'assets', name)] as const),
  ['libphonenumber.js', LIBPHONENUMBER],
]);

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export function registerAssets(app: Api): void {
  for (const [name, file] of files) {
    const asset = keepResult(() => readAsset(file));
    app.get(`/try-it/assets/${name}`, { schema: { hide: true } }, async (request, reply) => {
      const { content, etag } = await asset();
      reply.headers({ 'cache-control': 'public, max-age=0', etag });
      // Not `===`: it may be a list, and a proxy that compresses answers puts `W/` before it (RFC 9110, 13.1.2).
      if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
      return reply.type(TYPES[path.extname(name)] ?? 'application/octet-stream').send(content);
    });
  }
}

/** `etag`: a browser that has the file sends it, and does not get the file again. */
async function readAsset(file: string): Promise<{ readonly content: Buffer; readonly etag: string }> {
  const content = await readFile(file);
  return { content, etag: `"${hashOf(content.toString())}"` };
}
