import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { InboxMessage, type MessageStore } from '../messages/message-store';
import { PageError } from './page-error';
import { refusePublicHost } from './request-guards';

const InboxParams = Type.Object({ number: Type.String() });

/** The inboxes as JSON. They need no credentials: the sandbox is for development only. */
export function inboxRoutes(store: MessageStore): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    const inbox = { params: InboxParams, response: { 200: Type.Array(InboxMessage) } };
    const onRequest = async (request: FastifyRequest) => refusePublicHost(request);
    app.get('/inbox/:number', { schema: inbox, onRequest }, ({ params }) => store.inbox(params.number));

    const health = { response: { 200: Type.Object({ status: Type.Literal('ok') }) } };
    app.get('/healthz', { schema: health }, () => ({ status: 'ok' as const }));

    app.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof PageError)) throw error;
      void reply.code(error.status).type('text/plain; charset=utf-8').send(error.message);
    });

    done();
  };
}
