import path from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const FOLDER = path.join(__dirname, 'assets');

/** The files that the page loads. */
const NAMES = [
  'colors.css',
  'page.css',
  'phone.css',
  'forms.css',
  'page.js',
  'phones.js',
  'wanted-phone.js',
  'forms.js',
  'copy.js',
  'announcements.js',
  'icon.svg',
];

export async function registerAssets(app: FastifyInstance): Promise<void> {
  await app.register(staticFiles, { root: FOLDER, serve: false });
  for (const name of NAMES) {
    app.get(`/phone/assets/${name}`, (_request, reply) => reply.sendFile(name));
  }
}
