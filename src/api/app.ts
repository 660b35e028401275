import { setMaxListeners } from 'node:events';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import type { DeliveryReports } from '../messaging/sender';
import { VerificationError } from '../domain/refusals';
import { createHttpServer, type Api, type TrustProxy } from './http-server';
import { createLimits, type LimitsDependencies } from './limits';
import { documentApi } from './openapi';
import { observeMethods } from './method-not-allowed';
import { answerProblem } from './problem';
import { registerCodec, type CodecServer } from './codec/routes';
import { registerDurableFunctions, type DurableFunctionsDependencies } from './durable-functions/routes';
import { registerHealth } from './health/routes';
import { registerRest } from './rest/routes';
import { registerCallbacks } from './callbacks/routes';
import { createMessageRequests } from './message-requests';

export interface AppDependencies
  extends Omit<DurableFunctionsDependencies, 'messageRequests'>, LimitsDependencies {
  /** The proxies whose `X-Forwarded-For` is trusted. */
  readonly trustProxy: TrustProxy;
  readonly deliveryReports: DeliveryReports;
  /** Undefined where operators read nothing that is encrypted. */
  readonly codecServer: CodecServer | undefined;
  readonly logger: FastifyServerOptions['logger'];
}

/** Every HTTP surface. It listens to nothing yet: tests inject, server.ts listens. */
export function buildApp(dependencies: AppDependencies): FastifyInstance {
  const { verifications, deliveryReports, codecServer } = dependencies;
  const app = createHttpServer(dependencies.logger, dependencies.trustProxy);
  const closing = new AbortController();
  // Every waiting request listens to it.
  setMaxListeners(0, closing.signal);
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
  documentApi(app, { publicUrl: dependencies.publicUrl, signatureHeader: deliveryReports.signatureHeader });
  const limits = createLimits(dependencies);
  const messageRequests = createMessageRequests({ verifications, limits });
  const shared = { ...dependencies, messageRequests, closing: closing.signal };
  surface((scope) => registerHealth(scope, verifications));
  surface((scope) => registerRest(scope, shared));
  surface((scope) => {
    // In its own scope: requests from other sites are refused whatever their method.
    const refuseOtherMethodsHere = observeMethods(scope);
    registerDurableFunctions(scope, shared);
    refuseOtherMethodsHere(scope);
  });
  surface((scope) => registerCallbacks(scope, { verifications, deliveryReports }));
  if (codecServer) surface((scope) => registerCodec(scope, codecServer), '/codec');
  app.register(async (scope) => refuseOtherMethods(scope));
  return app;

  /** Registers a surface in a scope of its own: its hooks and parsers are not another's. */
  function surface(register: (scope: Api) => void | Promise<void>, prefix = ''): void {
    app.register(async (scope) => register(scope.withTypeProvider<TypeBoxTypeProvider>()), { prefix });
  }
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
