import path from 'node:path';
import staticFiles from '@fastify/static';
import type { Api } from '../http-server';

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

export async function registerAssets(app: Api): Promise<void> {
  await app.register(staticFiles, { root: path.join(__dirname, 'assets'), serve: false });
  for (const [name, file] of files) {
    app.get(`/try-it/assets/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(path.basename(file), path.dirname(file)),
    );
  }
}
