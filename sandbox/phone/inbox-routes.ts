import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { InboxMessage, type MessageStore } from '../messages/message-store';

const InboxParams = Type.Object({ number: Type.String() });

/** The inboxes as JSON. They need no credentials: the sandbox is for development only. */
export function inboxRoutes(store: MessageStore): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    const inbox = { params: InboxParams, response: { 200: Type.Array(InboxMessage) } };
    app.get('/inbox/:number', { schema: inbox }, ({ params }) => store.inbox(params.number));

    const health = { response: { 200: Type.Object({ status: Type.Literal('ok') }) } };
    app.get('/healthz', { schema: health }, () => ({ status: 'ok' as const }));

    done();
  };
}
