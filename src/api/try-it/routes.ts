import csrfProtection from '@fastify/csrf-protection';
import formbody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRefusal, VerificationError } from '../../domain/refusals';
import type { IdentifiedView, VerificationRef, Verifications } from '../../gateway/verifications';
import { noteOnRequest } from '../../telemetry/request-log';
import type { Tenants } from '../../tenants/registry';
import { clientGoneSignal } from '../http/client-gone';
import { createCrossSiteGuard } from '../http/cross-site';
import type { Api } from '../http/http-server';
import type { MessageRequests } from '../message-requests';
import { parsePreferWait } from '../http/prefer';
import { noteProblem, toProblem } from '../problem/problem';
import { parseSubmittedCode } from '../submitted-code';
import { registerAssets } from './assets';
import { createErrorHandler } from './error-handler';
import { createPages } from './pages';
import * as schemas from './schemas';
import { numberScreen, verificationScreen } from './screens';
import { parseNotice } from './sentences';
import { createSession } from './session';
import { plainText } from './typed-text';

/** What differs between installations. */
export interface TryItPage {
  /** They sign the page's cookies: the first key signs, every key is accepted. */
  readonly cookieKeys: readonly Buffer[];
  /** The page of the SMS sandbox, without a trailing slash; undefined if messages go to real phones. */
  readonly phonePageUrl: string | undefined;
}

export interface TryItDependencies extends TryItPage {
  readonly verifications: Verifications;
  readonly tenants: Tenants;
  readonly messageRequests: MessageRequests;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Aborts when the server shuts down. */
  readonly shutdownSignal: AbortSignal;
}

/** The caller of the page's checks. Their Idempotency-Keys are never those of an API caller. */
const CALLER = 'try-it';

/**
 * The try-it page: a person verifies a phone number in a browser. Each form is a POST that leads back to `GET /`, so
 * the page works without JavaScript. A signed cookie holds the verification's id. The page has no API key: it has the
 * limits of an anonymous caller.
 */
export async function registerTryIt(app: Api, dependencies: TryItDependencies): Promise<void> {
  const { verifications, tenants, messageRequests, shutdownSignal } = dependencies;
  const tenant = tenants.default;
  const session = await createSession(app, dependencies);
  const pages = await createPages(app, dependencies);
  const refuseCrossSite = createCrossSiteGuard(dependencies.publicUrl);

  app.removeAllContentTypeParsers();
  await app.register(formbody);
  await app.register(csrfProtection, {
    cookieKey: session.csrfCookie,
    cookieOpts: session.cookieOptions,
    // The error handler logs the refusal.
    logLevel: 'debug',
  });
  registerAssets(app);
  app.addHook('onRequest', async (request) => {
    if (request.method === 'POST') refuseCrossSite(request);
  });
  app.setErrorHandler(
    createErrorHandler({
      pages,
      currentId: (request) => session.verificationId(request),
      currentVerification,
    }),
  );

  app.get('/', { schema: schemas.page, ...pages.options }, async (request, reply) => {
    const verification = await currentVerification(request, reply, request.headers.prefer);
    const notice = parseNotice(request.query.notice);
    return pages.show(reply, verification ? verificationScreen(verification, { notice }) : numberScreen());
  });

  const form = {
    preValidation: (...args: Parameters<typeof app.csrfProtection>) => app.csrfProtection(...args),
    ...pages.options,
  };

  app.post('/try-it/start', { schema: schemas.start, ...form }, async (request, reply) => {
    const { phoneNumber, formId } = request.body;
    const { verification } = await messageRequests.start({
      ...requesterOf(request),
      phoneNumber: plainText(phoneNumber),
      // A form that is sent twice starts one verification.
      idempotencyKey: formId,
    });
    noteOnRequest(request, { verificationId: verification.id });
    session.begin(reply, verification.id);
    return pages.redirect(reply, 'started');
  });

  /** A form about the session's verification. */
  const action = { ...form, preHandler: leaveEarlierVerification };

  app.post('/try-it/check', { schema: schemas.check, ...action }, async (request, reply) => {
    const { code, formId } = request.body;
    const digits = parseSubmittedCode(plainText(code));
    const by = { caller: CALLER, idempotencyKey: formId };
    const { verified } = await verifications.check(openRefOf(request), digits, by);
    return pages.redirect(reply, verified ? undefined : 'wrong_code');
  });

  app.post('/try-it/resend', { schema: schemas.button, ...action }, async (request, reply) => {
    await messageRequests.resend({ ...requesterOf(request), id: openRefOf(request).id });
    return pages.redirect(reply, 'resent');
  });

  app.post('/try-it/restart', { schema: schemas.button, ...action }, async (request, reply) => {
    session.end(reply);
    const ref = refOf(request);
    // Without the cancel, the verification ends with its window: the person need not wait for a worker.
    if (ref) await verifications.requestCancel(ref, null).catch(noteOutage(request));
    return pages.redirect(reply);
  });

  // A refused form stays in the address bar. Opened from there, it leads back to the page.
  for (const name of ['start', 'check', 'resend', 'restart'])
    app.get(`/try-it/${name}`, { schema: { hide: true } }, async (_request, reply) => pages.redirect(reply));

  /** A tab may still show an earlier verification of this browser. Its forms do nothing to the current one. */
  async function leaveEarlierVerification(request: FastifyRequest, reply: FastifyReply) {
    const current = session.verificationId(request);
    const shown = schemas.sentFields(request.body).verification;
    return current === undefined || current === shown ? undefined : pages.redirect(reply);
  }

  function requesterOf(request: FastifyRequest) {
    return { tenant, caller: undefined, clientAddress: request.ip };
  }

  function refOf(request: FastifyRequest): VerificationRef | undefined {
    const id = session.verificationId(request);
    if (id === undefined) return undefined;
    noteOnRequest(request, { verificationId: id });
    return { tenantId: tenant.id, id };
  }

  function openRefOf(request: FastifyRequest): VerificationRef {
    const ref = refOf(request);
    if (!ref) throw new VerificationError({ code: 'not_found' });
    return ref;
  }

  /** The session's verification; undefined if there is none, or if Temporal no longer has it. */
  async function currentVerification(
    request: FastifyRequest,
    reply: FastifyReply,
    prefer?: string,
  ): Promise<IdentifiedView | undefined> {
    const ref = refOf(request);
    if (!ref) return undefined;
    const verification = await readOrWait(ref, reply, parsePreferWait(prefer)).catch(ignoreUnknown);
    if (!verification) session.end(reply);
    return verification;
  }

  async function readOrWait(
    ref: VerificationRef,
    reply: FastifyReply,
    waitSeconds: number | undefined,
  ): Promise<IdentifiedView> {
    if (waitSeconds === undefined) return verifications.get(ref);
    const wait = { waitMs: waitSeconds * 1000, signal: clientGoneSignal(reply, shutdownSignal) };
    return (await verifications.waitForEnd(ref, wait)).verification;
  }
}

function ignoreUnknown(error: unknown): undefined {
  if (isRefusal(error, 'not_found')) return undefined;
  throw error;
}

/** Adds the error to the log line, unless it only says that the verification has ended or is unknown. */
function noteOutage(request: FastifyRequest): (error: unknown) => void {
  return (error) => {
    const problem = toProblem(error);
    if (problem.status >= 500) noteProblem(request, problem, error);
  };
}
