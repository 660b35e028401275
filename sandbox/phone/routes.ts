import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { InboxText, type TextStore } from '../texts/text-store';

const InboxParams = Type.Object({ number: Type.String() });

/** The phones' side: what arrived at a number. Open to everyone, since it is for development alone. */
export function phoneRoutes(store: TextStore): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    const inbox = { params: InboxParams, response: { 200: Type.Array(InboxText) } };
    app.get('/inbox/:number', { schema: inbox }, ({ params }) => store.inbox(params.number));

    const health = { response: { 200: Type.Object({ status: Type.Literal('ok') }) } };
    app.get('/healthz', { schema: health }, () => ({ status: 'ok' as const }));

    done();
  };
}
