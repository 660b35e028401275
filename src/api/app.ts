import { setMaxListeners } from 'node:events';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { errorCodes, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { Capabilities } from '../crypto/capability';
import type { VerifySids } from '../crypto/verify-sids';
import type { Verifications } from '../gateway/verifications';
import type { DeliveryReports } from '../messaging/sender';
import { VerificationError } from '../domain/refusals';
import { createHttpServer, type Api, type TrustProxy } from './http/http-server';
import { createLimits, type LimitsDependencies } from '../limits/limits';
import { documentApi } from './openapi';
import { observeMethods } from './http/method-not-allowed';
import { answerProblem } from './problem/problem';
import { registerCodec, type CodecServer } from './codec/routes';
import { registerDurableFunctions } from './durable-functions/routes';
import { registerHealth } from './health/routes';
import { registerTryIt, type TryItPage } from './try-it/routes';
import { registerReference } from './reference/routes';
import { registerRest } from './rest/routes';
import { answerVerifyError, VERIFY_PREFIX } from './verify/error-answer';
import { registerVerify } from './verify/routes';
import { registerSwitchedOff } from './verify/switched-off';
import { registerCallbacks } from './callbacks/routes';
import type { ApiMetrics } from '../telemetry/api-metrics';
import { RequestLog } from '../telemetry/request-log';
import { createMessageRequests } from './message-requests';
import { answeredError, observeRequests } from './request-metrics';

export interface AppDependencies extends LimitsDependencies {
  readonly verifications: Verifications;
  readonly capabilities: Capabilities;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Whether a start over the Durable Functions API needs an API key. */
  readonly durableFunctionsAuth: 'function' | 'anonymous';
  /** The proxies whose `X-Forwarded-For` header is trusted. */
  readonly trustProxy: TrustProxy;
  readonly deliveryReports: DeliveryReports;
  readonly verifySids: VerifySids;
  readonly metrics: ApiMetrics;
  /** Undefined if this API does not decrypt payloads for operators. */
  readonly codecServer: CodecServer | undefined;
  /** Undefined if the page is switched off. */
  readonly tryItPage: TryItPage | undefined;
  readonly logger: FastifyServerOptions['logger'];
  /** The run id in a public id, for log lines. */
  readonly runIdOf: (verificationId: string) => string | undefined;
  /** Adds hooks that record a span for each request. Undefined if tracing is off. */
  readonly traceRequests?: ((app: FastifyInstance) => void) | undefined;
}

/** Builds the app with all HTTP surfaces. It does not listen on a port: server.ts does, and tests use `inject`. */
export function buildApp(dependencies: AppDependencies): FastifyInstance {
  const { verifications, deliveryReports, codecServer, tryItPage, metrics } = dependencies;
  const hasVerify = dependencies.tenants.all.some(({ verify }) => verify);
  const app = createHttpServer({
    logger: dependencies.logger,
    trustProxy: dependencies.trustProxy,
    answerUnroutable(error, request, reply) {
      // As in the router, upper and lower case are the same.
      const isForVerify = hasVerify && request.url.toLowerCase().startsWith(`${VERIFY_PREFIX}/`);
      (isForVerify ? answerVerifyError : answerProblem)(error, request, reply);
    },
    onUnroutedError: (error) => metrics.countRefusal(answeredError(error)),
    requestLog: new RequestLog(dependencies.runIdOf),
  });
  dependencies.traceRequests?.(app);
  observeRequests(app, metrics);
  const shutdown = new AbortController();
  // Each waiting request adds a listener: 0 turns Node's warning about many listeners off.
  setMaxListeners(0, shutdown.signal);
  app.addHook('preClose', async () => shutdown.abort());
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    // During a shutdown, open connections would keep the process running.
    if (shutdown.signal.aborted) reply.header('connection', 'close');
  });
  acceptEmptyBodies(app);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(() => {
    throw new VerificationError({ code: 'not_found' });
  });

  const refuseOtherMethods = observeMethods(app);
  documentApi(app, {
    publicUrl: dependencies.publicUrl,
    signatureHeader: deliveryReports.signatureHeader,
    hasCodecServer: codecServer !== undefined,
  });
  const limits = createLimits(dependencies);
  const messageRequests = createMessageRequests({ verifications, limits });
  const shared = { ...dependencies, messageRequests, shutdownSignal: shutdown.signal };
  surface((scope) => registerHealth(scope, verifications));
  surface((scope) => registerRest(scope, shared));
  surface(registerReference);
  surface((scope) => {
    // In its own scope, so that the cross-site check comes before 405.
    const refuseOtherMethodsHere = observeMethods(scope);
    registerDurableFunctions(scope, shared);
    refuseOtherMethodsHere(scope);
  });
  if (hasVerify) {
    surface((scope) => {
      const refuseOtherMethodsHere = observeMethods(scope);
      registerVerify(scope, shared);
      refuseOtherMethodsHere(scope);
    }, VERIFY_PREFIX);
  }
  surface((scope) => registerCallbacks(scope, dependencies));
  if (tryItPage) surface((scope) => registerTryIt(scope, { ...shared, ...tryItPage }));
  if (codecServer) surface((scope) => registerCodec(scope, codecServer), '/codec');
  if (!hasVerify) surface(registerSwitchedOff, VERIFY_PREFIX);
  app.register(async (scope) => refuseOtherMethods(scope));
  return app;

  /** Registers a surface in its own scope, so that its hooks and parsers do not affect the others. */
  function surface(register: (scope: Api) => void | Promise<void>, prefix = ''): void {
    app.register(async (scope) => register(scope.withTypeProvider<TypeBoxTypeProvider>()), { prefix });
  }
}

/** An empty body is no body, also with a content type: some clients set one on every request. */
function acceptEmptyBodies(app: Api): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
  // The type that fetch() sends with a string, also with JSON.
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body: string, done) => {
    if (body === '') done(null, undefined);
    else done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE('text/plain'));
  });
}
