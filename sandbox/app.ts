import formbody from '@fastify/formbody';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { inboxRoutes } from './phone/inbox-routes';
import { type PageDependencies, pageRoutes } from './phone/page-routes';
import { TwilioError } from './twilio/error';
import { API_VERSION } from './twilio/message-resource';
import { type MessagesDependencies, messageRoutes } from './twilio/routes';

type AppDependencies = MessagesDependencies &
  PageDependencies & { tls: { key: string; cert: string } | undefined };

/** The sandbox's HTTP server. It logs no requests, because they contain numbers and codes. */
export function buildApp(dependencies: AppDependencies): FastifyInstance {
  // Without force, closing would wait for connections without a request.
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    https: dependencies.tls ?? null,
  }).withTypeProvider<TypeBoxTypeProvider>();

  // As in Twilio, only forms are read. Any other body counts as an empty form.
  app.removeAllContentTypeParsers();
  app.register(formbody, { parser: (form) => Object.fromEntries(new URLSearchParams(form)) });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, {}));

  app.setNotFoundHandler((request) => {
    throw new TwilioError(20404, request.url);
  });
  app.setErrorHandler((error: FastifyError | TwilioError, _request, reply) => {
    const answer = toTwilioError(error);
    if (answer.status === 500) dependencies.report(`a request failed: ${error.message}`);
    void reply.code(answer.status).send(answer.toJSON());
  });

  app.register(messageRoutes(dependencies), { prefix: `/${API_VERSION}/Accounts` });
  app.register(inboxRoutes(dependencies.store));
  app.register(pageRoutes(dependencies));
  return app;
}

function toTwilioError(error: FastifyError | TwilioError): TwilioError {
  if (error instanceof TwilioError) return error;
  const parameter = error.validation?.[0]?.instancePath.slice(1);
  return parameter === undefined ? new TwilioError(20500) : new TwilioError(20422, parameter);
}
