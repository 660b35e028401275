import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { FastifyReply } from 'fastify';
import type { StubAnswer } from '../faults/number-faults';
import { type CreateCallDependencies, receiveCreateCall } from './create-call';
import { type Credentials, isAuthorized } from './credentials';
import { TwilioError } from './error';
import { MessageListQuery, MessagePage, listMessages } from './message-list';
import { MessageResource, toMessageResource } from './message-resource';

export interface MessagesDependencies extends CreateCallDependencies {
  credentials: Credentials;
}

const AccountParams = Type.Object({ accountSid: Type.String() });
const MessageParams = Type.Object({ accountSid: Type.String(), sid: Type.String() });

/** Twilio's Messages resource: create, list, fetch. Registered under `/2010-04-01/Accounts`. */
export function messageRoutes(dependencies: MessagesDependencies): FastifyPluginCallbackTypebox {
  const { credentials, store, settings, requests } = dependencies;
  const { accountSid } = credentials;

  return (app, _options, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      const { params, headers } = request;
      const namesAccount = Value.Check(AccountParams, params) && params.accountSid === accountSid;
      if (namesAccount && isAuthorized(headers.authorization, credentials)) return next();
      void reply.header('www-authenticate', 'Basic realm="Twilio API"');
      next(new TwilioError(20003));
    });

    const create = { params: AccountParams, response: { 201: MessageResource } };
    app.post('/:accountSid/Messages.json', { schema: create }, async (request, reply) => {
      const outcome = await receiveCreateCall(dependencies, request.body);
      switch (outcome.kind) {
        case 'created':
          return reply.code(201).send(toMessageResource(outcome.message, accountSid));
        case 'stubbed':
          return sendStub(reply, outcome.stub);
        case 'disconnected':
          request.socket.resetAndDestroy();
          return reply.hijack();
      }
    });

    const list = { params: AccountParams, querystring: MessageListQuery, response: { 200: MessagePage } };
    app.get('/:accountSid/Messages.json', { schema: list }, ({ query }) => {
      requests.push({ kind: 'list', to: query.To ?? null, at: Date.now() });
      const newestListed = Date.now() - settings.listLagMs;
      const messages = store.newestFirst().filter((message) => Date.parse(message.createdAt) <= newestListed);
      return listMessages(messages, query, accountSid);
    });

    const fetch = { params: MessageParams, response: { 200: MessageResource } };
    app.get('/:accountSid/Messages/:sid.json', { schema: fetch }, ({ params, url }) => {
      const message = store.find(params.sid);
      requests.push({ kind: 'fetch', to: message?.to ?? null, at: Date.now() });
      if (message === undefined) throw new TwilioError(20404, url);
      return toMessageResource(message, accountSid);
    });

    done();
  };
}

/** A stub has no schema: it can also be the answer of a proxy between the service and Twilio. */
function sendStub(reply: FastifyReply, { status, headers = {}, body }: StubAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
