import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { requireExactPaths } from '../http/exact-paths';
import type { Api } from '../http/http-server';
import { keepResult } from '../keep-result';
import { problems } from '../problem/responses';
import { page, PAGE_HEADERS } from './page';
import { createScalarScript } from './scalar-script';

/** It runs in the browser. */
const START_SCRIPT = path.join(__dirname, 'assets/start.js');

/** An `Accept-Encoding` that names gzip, and not with `q=0`, which refuses it. */
const GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;

const schema = {
  operationId: 'getApiReference',
  summary: 'Read this document as a page, and try requests',
  description: 'A page for people. Nothing on it is loaded from elsewhere.',
  tags: ['Documentation'],
  security: [],
  response: {
    200: {
      description: 'The page.',
      content: { 'text/html': { schema: Type.String(), example: '<!doctype html>' } },
    },
    ...problems(),
  },
};

/** The API reference: a page for people, made by Scalar in the browser from /openapi.json. */
export function registerReference(app: Api): void {
  requireExactPaths(app, ['/docs']);
  const scalar = createScalarScript();
  const startScript = keepResult(() => readFile(START_SCRIPT));
  const hidden = { schema: { hide: true } };
  const sendScript = (reply: FastifyReply, script: Buffer) =>
    reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .header('vary', 'accept-encoding')
      .send(script);

  app.get('/docs', { schema, config: { securityHeaders: PAGE_HEADERS } }, async (request, reply) => {
    const [pathname = ''] = request.url.split('?');
    return reply.type('text/html; charset=utf-8').send(page(pathname.endsWith('/') ? '' : 'docs/'));
  });

  app.get('/docs/start.js', hidden, async (_request, reply) => sendScript(reply, await startScript()));

  app.get('/docs/scalar.js', hidden, async (request, reply) => {
    if (!GZIP.test(request.headers['accept-encoding'] ?? '')) return sendScript(reply, await scalar.plain());
    const script = await scalar.gzipped();
    return sendScript(reply.header('content-encoding', 'gzip'), script);
  });
}
