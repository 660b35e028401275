import type { FastifyReply } from 'fastify';
import type { IdentifiedView, Verifications } from '../../gateway/verifications';
import type { Api } from '../http-server';
import type { ApiKeys } from '../../crypto/api-keys';
import { authenticate } from '../authentication';
import { parsePreferWait } from './prefer';
import type { VerificationResource } from '../schemas';
import { parseSubmittedCode } from './submitted-code';
import type { MessageRequests } from '../message-requests';
import * as schemas from './schemas';

export interface VerificationRoutesDependencies {
  readonly verifications: Verifications;
  readonly apiKeys: ApiKeys;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly messageRequests: MessageRequests;
  /** Aborts when the server closes: nobody then waits for an end any more. */
  readonly closing: AbortSignal;
}

/** The verification as a resource: start, look, check, signal, resend, cancel. */
export function verificationRoutes(app: Api, dependencies: VerificationRoutesDependencies): void {
  const { verifications, messageRequests, apiKeys, publicUrl, closing } = dependencies;

  app.addHook('onRequest', async (request) => {
    request.caller = authenticate(request, apiKeys);
  });

  app.post('/verifications', { schema: schemas.start }, async (request, reply) => {
    const { created, verification } = await messageRequests.start({
      phoneNumber: request.body.phoneNumber,
      clientAddress: request.body.clientIp,
      caller: request.caller,
      idempotencyKey: request.headers['idempotency-key'],
    });
    reply.code(created ? 202 : 200).header('location', `/verifications/${verification.id}`);
    return resource(verification);
  });

  app.get('/verifications/:id', { schema: schemas.look }, async (request, reply) => {
    const waitSeconds = parsePreferWait(request.headers.prefer);
    if (waitSeconds === undefined) return resource(await verifications.get(request.params.id));
    const wait = { waitMs: waitSeconds * 1000, signal: nobodyWaits(reply) };
    const verification = await verifications.get(request.params.id, wait);
    reply.header('preference-applied', `wait=${waitSeconds}`);
    return resource(verification);
  });

  app.post('/verifications/:id/check', { schema: schemas.check }, async (request) => {
    const code = parseSubmittedCode(request.body.code);
    const { verified, verification } = await verifications.check(request.params.id, code, {
      caller: request.caller,
      idempotencyKey: request.headers['idempotency-key'],
    });
    return { ...resource(verification), verified };
  });

  app.post('/verifications/:id/signal', { schema: schemas.signal }, async (request, reply) => {
    await verifications.submit(request.params.id, parseSubmittedCode(request.body.code));
    return reply.code(202).send(undefined);
  });

  app.post('/verifications/:id/resend', { schema: schemas.resend }, async (request, reply) => {
    reply.code(202);
    return resource(await messageRequests.resend(request.caller, request.params.id));
  });

  app.delete('/verifications/:id', { schema: schemas.cancel }, async (request) =>
    resource(await verifications.cancel(request.params.id)),
  );

  function resource(verification: IdentifiedView): VerificationResource {
    const { id, phoneNumber, status, attemptsRemaining, createdAt, expiresAt, endedAt, error } = verification;
    const self = `${publicUrl}/verifications/${id}`;
    const links = {
      self,
      check: `${self}/check`,
      signal: `${self}/signal`,
      resend: `${self}/resend`,
      cancel: self,
    };
    return { id, phoneNumber, status, attemptsRemaining, createdAt, expiresAt, endedAt, error, links };
  }

  /** Aborts when the client's connection closes before its answer, or when the server closes. */
  function nobodyWaits({ raw }: FastifyReply): AbortSignal {
    const gone = new AbortController();
    const abort = () => gone.abort();
    // Its connection may have closed before the request got here.
    if (raw.destroyed || closing.aborted) abort();
    closing.addEventListener('abort', abort);
    raw.once('close', () => {
      closing.removeEventListener('abort', abort);
      abort();
    });
    return gone.signal;
  }
}
