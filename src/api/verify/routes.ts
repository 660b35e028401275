import formbody from '@fastify/formbody';
import type { FastifyRequest } from 'fastify';
import type { VerifySids } from '../../crypto/verify-sids';
import { attemptsUsedUpRefusal } from '../../domain/policy';
import { VerificationError } from '../../domain/refusals';
import { isFinal } from '../../domain/types';
import type { IdentifiedView, VerificationRef, Verifications } from '../../gateway/verifications';
import { noteOnRequest } from '../../telemetry/request-log';
import type { Tenants } from '../../tenants/registry';
import type { Api } from '../http/http-server';
import type { MessageRequests } from '../message-requests';
import { registerAttempts, type AttemptsDependencies } from './attempts';
import { createAuthentication, type ServiceCaller } from './authentication';
import { createCreate } from './create';
import { answerVerifyError, pathOf } from './error-answer';
import { invalidParameter, invalidTo, notAForm, notFound } from './errors';
import { formOf, isE164, parseCreate, toOf, type Form } from './form';
import { createResources, type ServiceTenant } from './resources';
import * as schemas from './schemas';
import { registerServices } from './services';
import { createVerificationLookup } from './verification-lookup';

export interface VerifyDependencies extends Omit<AttemptsDependencies, 'authentication'> {
  readonly verifications: Verifications;
  readonly messageRequests: MessageRequests;
  readonly tenants: Tenants;
  readonly verifySids: VerifySids;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

/** Forms with substitutions are longer than the bodies of the other surfaces. */
const BODY_LIMIT_BYTES = 65_536;

type ServiceRequest = { readonly params: { readonly serviceSid: string } };

/**
 * The API of Twilio Verify v2, for its clients. Forms in, JSON out, Basic authentication, Twilio's errors. Each tenant
 * with `verify` is a service.
 */
export function registerVerify(app: Api, dependencies: VerifyDependencies): void {
  const { verifications, tenants, verifySids, publicUrl } = dependencies;
  const authentication = createAuthentication(tenants);
  const resources = createResources({ sids: verifySids, publicUrl });
  const lookup = createVerificationLookup(verifications, verifySids);
  const create = createCreate(dependencies);

  app.removeAllContentTypeParsers();
  app.register(formbody, { bodyLimit: BODY_LIMIT_BYTES, parser: parseForm });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
    body === '' ? done(null, {}) : done(notAForm()),
  );
  app.addHook('onRequest', async (request) => authentication.authenticate(request));
  app.setErrorHandler(answerVerifyError);
  app.setNotFoundHandler((request) => {
    throw notFound(pathOf(request));
  });

  app.post('/Services/:serviceSid/Verifications', { schema: schemas.service }, async (request, reply) => {
    const caller = callerOf(request);
    const wanted = parseCreate(formOf(request.body), caller.tenant.verify);
    const verification = await create(caller, wanted, idempotencyKeyOf(request));
    noteOnRequest(request, { verificationId: verification.id });
    return reply.code(201).send(resources.verification(caller.tenant, verification));
  });

  app.get('/Services/:serviceSid/Verifications/:sid', { schema: schemas.verification }, async (request) => {
    const { tenant } = callerOf(request);
    const verification = await verifications.get(await pathTarget(request, tenant));
    if (!mayFetch(verification, tenant)) throw notFound(pathOf(request));
    return resources.verification(tenant, verification);
  });

  app.post('/Services/:serviceSid/Verifications/:sid', { schema: schemas.verification }, async (request) => {
    const { tenant } = callerOf(request);
    const { Status: status = '' } = formOf(request.body);
    if (!['canceled', 'approved'].includes(status)) throw invalidParameter('Status');
    const target = await pathTarget(request, tenant);
    if (isFinal((await verifications.get(target)).status)) throw notFound(pathOf(request));
    const ended = await (status === 'approved'
      ? verifications.approve(target)
      : verifications.cancel(target));
    const verification = resources.verification(tenant, ended);
    // Another request can end it first.
    if (verification.status !== status) throw notFound(pathOf(request));
    return verification;
  });

  app.post('/Services/:serviceSid/VerificationCheck', { schema: schemas.service }, async (request) => {
    const caller = callerOf(request);
    const form = formOf(request.body);
    const { Code: code = '' } = form;
    if (!/^\d{4,10}$/.test(code)) throw invalidParameter('Code');
    const target = await lookup(caller.tenant, {
      sid: present(form, 'VerificationSid'),
      to: checkedTo(form),
    });
    noteOnRequest(request, { verificationId: target.id });
    const by = { caller: caller.id, idempotencyKey: idempotencyKeyOf(request) };
    try {
      const { verified, verification } = await verifications.check(target, code, by, { anyLength: true });
      return resources.check(caller.tenant, verification, verified);
    } catch (error) {
      throw await afterTheEnd(error, target);
    }
  });

  registerServices(app, { authentication, publicUrl, resources });
  registerAttempts(app, { ...dependencies, authentication });

  function callerOf(request: ServiceRequest): ServiceCaller {
    return authentication.callerOfService(request, request.params.serviceSid);
  }

  /** The verification in the path, by its SID or its number. */
  async function pathTarget(
    request: FastifyRequest & { readonly params: { readonly sid: string } },
    tenant: ServiceTenant,
  ): Promise<VerificationRef> {
    const { sid } = request.params;
    const isNumber = sid.startsWith('+');
    if (isNumber && !isE164(sid)) throw notFound(pathOf(request));
    const target = await lookup(tenant, isNumber ? { to: sid } : { sid });
    noteOnRequest(request, { verificationId: target.id });
    return target;
  }

  /** Says how long a number without attempts is refused. */
  async function afterTheEnd(error: unknown, target: VerificationRef): Promise<unknown> {
    const isUsedUp =
      error instanceof VerificationError && error.refusal.verificationStatus === 'max_attempts_reached';
    if (!isUsedUp) return error;
    const refusal = attemptsUsedUpRefusal(await verifications.get(target), Date.now());
    return refusal ? new VerificationError(refusal) : error;
  }
}

/** U+FFFD replaces bytes that are not UTF-8. The default parser would leave such a value percent-encoded. */
function parseForm(body: string): Form {
  return Object.fromEntries(new URLSearchParams(body));
}

/** As at Twilio, an approved or expired verification is gone, unless the tenant keeps it. */
function mayFetch({ status }: IdentifiedView, { verify }: ServiceTenant): boolean {
  const isKept = !isFinal(status) || status === 'canceled' || status === 'max_attempts_reached';
  return isKept || verify.fetchEnded;
}

function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}

/** Undefined for a field that is missing or empty. */
function present(form: Form, name: string): string | undefined {
  const value = form[name];
  return value === undefined || value === '' ? undefined : value;
}

function checkedTo(form: Form): string | undefined {
  const to = present(form, 'To') && toOf(form);
  if (to !== undefined && !isE164(to)) throw invalidTo(to);
  return to;
}
