import { setMaxListeners } from 'node:events';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { ApiKeys } from '../crypto/api-keys';
import { VerificationError } from '../domain/errors';
import { createHttpServer, type Api, type TrustProxy } from './http-server';
import { createLimits, type LimitsDependencies } from './limits';
import { documentApi } from './openapi';
import { observeMethods } from './method-not-allowed';
import type { NumberRules } from '../numbers/phone-number';
import { answerProblem } from './problem';
import { codecRoutes, type CodecServer } from './codec/routes';
import { durableFunctionsRoutes, type DurableFunctionsDependencies } from './durable-functions/routes';
import { healthRoutes } from './health/routes';
import { verificationRoutes } from './rest/routes';
import { webhookRoutes, type WebhookDependencies } from './callbacks/routes';
import { createMessageRequests } from './message-requests';

export interface AppDependencies
  extends
    Omit<DurableFunctionsDependencies, 'apiKeys' | 'messageRequests'>,
    WebhookDependencies,
    LimitsDependencies {
  readonly apiKeys: readonly string[];
  readonly numberRules: NumberRules;
  /** The proxies whose word on the client's address counts. */
  readonly trustProxy: TrustProxy;
  /** Undefined where operators read nothing that is encrypted. */
  readonly codecServer: CodecServer | undefined;
  readonly logger: FastifyServerOptions['logger'];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The digest of the API key that the caller showed. */
    caller: string;
  }
}

/** The HTTP surface over the verifications gateway. It listens to nothing yet: tests inject, server.ts listens. */
export function buildApp(dependencies: AppDependencies): FastifyInstance {
  const app = createHttpServer(dependencies.logger, dependencies.trustProxy);
  const closing = new AbortController();
  // Every waiting request listens to it.
  setMaxListeners(0, closing.signal);
  app.decorateRequest('caller', '');
  app.addHook('preClose', async () => closing.abort());
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    // The last answer on its connection: left open, it would keep the process from ending.
    if (closing.signal.aborted) reply.header('connection', 'close');
  });
  acceptEmptyJson(app);

  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(() => {
    throw new VerificationError({ code: 'not_found' });
  });

  const refuseOtherMethods = observeMethods(app);
  documentApi(app, dependencies.publicUrl);
  app.register(async (scope) =>
    healthRoutes(scope.withTypeProvider<TypeBoxTypeProvider>(), dependencies.verifications),
  );
  app.register(async (scope) => {
    const shared = {
      ...dependencies,
      apiKeys: new ApiKeys(dependencies.apiKeys),
      closing: closing.signal,
      messageRequests: createMessageRequests({ ...dependencies, limits: createLimits(dependencies) }),
    };
    scope.register(async (inner) =>
      verificationRoutes(inner.withTypeProvider<TypeBoxTypeProvider>(), shared),
    );
    scope.register(async (inner) => {
      // In its own scope: requests from other sites are refused whatever their method.
      const refuseOtherMethodsHere = observeMethods(inner);
      durableFunctionsRoutes(inner.withTypeProvider<TypeBoxTypeProvider>(), shared);
      refuseOtherMethodsHere(inner);
    });
  });
  app.register(async (scope) => webhookRoutes(scope.withTypeProvider<TypeBoxTypeProvider>(), dependencies));
  const { codecServer } = dependencies;
  if (codecServer) {
    const routes = async (scope: FastifyInstance) =>
      codecRoutes(scope.withTypeProvider<TypeBoxTypeProvider>(), codecServer);
    app.register(routes, { prefix: '/codec' });
  }
  app.register(async (scope) => refuseOtherMethods(scope));
  return app;
}

/** Clients that set a JSON content type on every request send it with an empty body too: that is no body. */
function acceptEmptyJson(app: Api): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
}
