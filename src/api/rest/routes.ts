import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';
import type { IdentifiedView, VerificationRef, Verifications } from '../../gateway/verifications';
import type { Api } from '../http/http-server';
import { noteOnRequest } from '../../telemetry/request-log';
import type { Tenants } from '../../tenants/registry';
import { createBearerAuthentication } from '../authentication';
import { clientGoneSignal } from '../http/client-gone';
import { parsePreferWait } from '../http/prefer';
import type { VerificationResource } from './resource';
import { parseSubmittedCode } from '../submitted-code';
import type { MessageRequests } from '../message-requests';
import * as schemas from './schemas';

export interface RestDependencies {
  readonly verifications: Verifications;
  readonly tenants: Tenants;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly messageRequests: MessageRequests;
  /** Aborts when the server shuts down. */
  readonly shutdownSignal: AbortSignal;
}

/** The REST API: start, get, check, signal, resend and cancel a verification. */
export function registerRest(app: Api, dependencies: RestDependencies): void {
  const { verifications, messageRequests, publicUrl, shutdownSignal } = dependencies;
  const callerOf = createBearerAuthentication(dependencies.tenants);

  // Before the body is read: without an API key, a caller must not learn whether its body is valid.
  app.addHook('onRequest', async (request) => void callerOf(request));

  app.post('/verifications', { schema: schemas.start }, async (request, reply) => {
    const { id: caller, tenant } = callerOf(request);
    const { outcome, verification } = await messageRequests.start({
      tenant,
      caller,
      phoneNumber: request.body.phoneNumber,
      clientAddress: request.body.clientIp,
      idempotencyKey: request.headers['idempotency-key'],
    });
    noteOnRequest(request, { verificationId: verification.id });
    // With the path of PUBLIC_URL, if it has one: clients resolve it against the URL of their request.
    const { pathname } = new URL(selfOf(verification.id));
    reply.code(outcome === 'started' ? 202 : 200).header('location', pathname);
    return resource(verification);
  });

  app.get('/verifications/:id', { schema: schemas.get }, async (request, reply) => {
    const waitSeconds = parsePreferWait(request.headers.prefer);
    if (waitSeconds === undefined) return resource(await verifications.get(refOf(request)));
    const wait = { waitMs: waitSeconds * 1000, signal: clientGoneSignal(reply, shutdownSignal) };
    const { verification, isWaitApplied } = await verifications.waitForEnd(refOf(request), wait);
    if (isWaitApplied) reply.header('preference-applied', `wait=${waitSeconds}`);
    return resource(verification);
  });

  app.post('/verifications/:id/check', { schema: schemas.check }, async (request) => {
    const ref = refOf(request);
    const code = parseSubmittedCode(request.body.code);
    const { verified, verification } = await verifications.check(ref, code, {
      caller: callerOf(request).id,
      idempotencyKey: request.headers['idempotency-key'],
    });
    return { ...resource(verification), verified };
  });

  app.post('/verifications/:id/signal', { schema: schemas.signal }, async (request, reply) => {
    await verifications.submit(refOf(request), parseSubmittedCode(request.body.code));
    return reply.code(202).send(undefined);
  });

  const withoutBody = { preValidation: async (request: FastifyRequest) => refuseBody(request) };

  app.post(
    '/verifications/:id/resend',
    { schema: schemas.resend, ...withoutBody },
    async (request, reply) => {
      reply.code(202);
      const { id: caller, tenant } = callerOf(request);
      const { id } = refOf(request);
      const idempotencyKey = request.headers['idempotency-key'];
      return resource(
        await messageRequests.resend({ tenant, caller, clientAddress: undefined, id, idempotencyKey }),
      );
    },
  );

  app.delete('/verifications/:id', { schema: schemas.cancel, ...withoutBody }, async (request) =>
    resource(await verifications.cancel(refOf(request))),
  );

  /** The verification in the path, with the tenant of the API key. */
  function refOf(request: FastifyRequest & { readonly params: { readonly id: string } }): VerificationRef {
    const { tenant } = callerOf(request);
    const { id } = request.params;
    noteOnRequest(request, { verificationId: id });
    return { tenantId: tenant.id, id };
  }

  function selfOf(id: string): string {
    return `${publicUrl}/verifications/${id}`;
  }

  function resource(verification: IdentifiedView): VerificationResource {
    const { id, phoneNumber, status, attemptsRemaining, createdAt, expiresAt, endedAt, error } = verification;
    const self = selfOf(id);
    const links = {
      self,
      check: `${self}/check`,
      signal: `${self}/signal`,
      resend: `${self}/resend`,
      cancel: self,
    };
    return { id, phoneNumber, status, attemptsRemaining, createdAt, expiresAt, endedAt, error, links };
  }
}

/**
 * Accepts no body and `{}`: other bodies have fields that would be ignored.
 * @throws VerificationError `invalid_request`
 */
function refuseBody({ body }: FastifyRequest): void {
  if (body === undefined) return;
  if (JSON.stringify(body) !== '{}')
    throw new VerificationError({ code: 'invalid_request' }, 'This request takes no body.');
}
