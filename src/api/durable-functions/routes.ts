import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Capabilities, CapabilityPurpose } from '../../crypto/capability';
import { isRefusal, VerificationError } from '../../domain/refusals';
import type { VerificationRef, Verifications } from '../../gateway/verifications';
import { noteOnRequest } from '../../telemetry/request-log';
import type { Caller, Tenants } from '../../tenants/registry';
import type { Api } from '../http/http-server';
import { bearerToken } from '../authentication';
import { createCrossSiteGuard } from '../http/cross-site';
import { parseStartInput, bodyText } from './body';
import { parseEventCode } from './event-code';
import { instanceStatus, ORCHESTRATOR } from './instance-status';
import { createManagementUrls, MANAGEMENT_PATHS } from './management-urls';
import { eventBody, eventSchema, startBody, startSchema, statusSchema, terminateSchema } from './schemas';
import type { MessageRequests } from '../message-requests';

export interface DurableFunctionsDependencies {
  readonly verifications: Verifications;
  readonly tenants: Tenants;
  readonly capabilities: Capabilities;
  readonly publicUrl: string;
  readonly messageRequests: MessageRequests;
  /** Whether a start needs an API key. */
  readonly durableFunctionsAuth: 'function' | 'anonymous';
}

/** The sample's event in lower case: names are compared without case, as in Azure. */
const CODE_EVENT = 'smschallengeresponse';
/** Events other than the code's may have any body. */
const EVENT_BODY_LIMIT_BYTES = 65_536;
/** A longer reason is cut off and not refused. */
const MAX_REASON_LENGTH = 500;
const POLL_AFTER_SECONDS = '10';
const START_NEEDS_KEY =
  'Send an API key: as "?code=<key>", as "x-functions-key: <key>" or as "Authorization: Bearer <key>".';
const NEEDS_URL_OR_KEY = 'Send the complete URL from the response to the start, or an API key.';
/** Azure Functions puts `/api` before the paths unless it is configured otherwise. */
const START_PATHS = [
  { prefix: '', operationId: 'startOrchestrator' },
  { prefix: '/api', operationId: 'startOrchestratorUnderApi' },
] as const;

/** The HTTP API of Microsoft's Durable Functions sample "phone verification", for clients of that sample. */
export function registerDurableFunctions(app: Api, dependencies: DurableFunctionsDependencies): void {
  const { verifications, messageRequests, tenants, capabilities, durableFunctionsAuth } = dependencies;
  const managementUrls = createManagementUrls(dependencies);
  const refuseCrossSite = createCrossSiteGuard(dependencies.publicUrl);

  // Any website may send a text/plain POST without a preflight, and a start may need no API key.
  app.addHook('onRequest', async (request) => refuseCrossSite(request));

  // The sample's clients send any content type, or none: every body is read as text. The header is deleted because
  // Fastify refuses an invalid content type (`json`), even with a parser for all content types.
  app.addHook('onRequest', async (request) => void delete request.raw.headers['content-type']);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  for (const { prefix, operationId } of START_PATHS) {
    app.post(
      `${prefix}/orchestrators/:name`,
      { schema: startSchema({ operationId, prefix, auth: durableFunctionsAuth }), config: startBody },
      async (request, reply) => {
        const caller = apiCaller(request, request.query.code);
        if (caller === undefined && durableFunctionsAuth === 'function') throw unauthorized(START_NEEDS_KEY);
        if (request.params.name.toLowerCase() !== ORCHESTRATOR.toLowerCase()) {
          throw new VerificationError({ code: 'not_found' });
        }
        const tenant = caller?.tenant ?? tenants.default;
        const { verification } = await messageRequests.start({
          tenant,
          phoneNumber: parseStartInput(request.body),
          caller: caller?.id,
          // Without an API key, the limits count by the client's address.
          clientAddress: caller === undefined ? request.ip : undefined,
          idempotencyKey: undefined,
        });
        noteOnRequest(request, { verificationId: verification.id });
        const urls = managementUrls(tenant.id, verification);
        reply.code(202).header('location', urls.statusQueryGetUri).header('retry-after', POLL_AFTER_SECONDS);
        return urls;
      },
    );
  }

  for (const { version, path } of MANAGEMENT_PATHS) {
    app.get(`${path}/instances/:id`, { schema: statusSchema(version) }, async (request, reply) => {
      const { id } = request.params;
      const { code, showInput } = request.query;
      const verification = await authorized(request, { purpose: 'status', id, code }, (ref) =>
        verifications.get(ref),
      );
      if (verification.endedAt === null) reply.code(202).header('retry-after', POLL_AFTER_SECONDS);
      return instanceStatus(verification, showInput?.toLowerCase() !== 'false');
    });

    app.post(
      `${path}/instances/:id/raiseEvent/:eventName`,
      { bodyLimit: EVENT_BODY_LIMIT_BYTES, schema: eventSchema(version), config: eventBody },
      async (request, reply) => {
        const { id, eventName } = request.params;
        const { code } = request.query;
        await authorized(request, { purpose: 'event', id, code }, (ref) =>
          eventName.toLowerCase() === CODE_EVENT
            ? submitCode(ref, request.body)
            : verifications.assertOpen(ref),
        );
        return accepted(reply);
      },
    );

    app.post(
      `${path}/instances/:id/terminate`,
      { schema: terminateSchema(version) },
      async (request, reply) => {
        const { id } = request.params;
        const { code, reason } = request.query;
        await authorized(request, { purpose: 'terminate', id, code }, (ref) =>
          verifications.requestCancel(ref, reason?.slice(0, MAX_REASON_LENGTH) ?? null),
        );
        return accepted(reply);
      },
    );
  }

  /** As in Azure: 410 for an ended instance takes precedence over 400 for an invalid event. */
  async function submitCode(ref: VerificationRef, body: unknown): Promise<void> {
    const code = parseEventCode(bodyText(body));
    if (typeof code === 'string') return verifications.submit(ref, code, { padded: true });
    await verifications.assertOpen(ref);
    throw code;
  }

  /**
   * Runs `act` if the request has an API key, or a capability for this purpose and verification. Only the holder of an
   * API key learns that an id is unknown: otherwise the answer is 401. `code`: the parameter of the URL, which can be
   * either.
   */
  async function authorized<T>(
    request: FastifyRequest,
    { purpose, id, code }: { purpose: CapabilityPurpose; id: string; code: string | undefined },
    act: (ref: VerificationRef) => Promise<T>,
  ): Promise<T> {
    const caller = apiCaller(request, code);
    const tenantId = caller?.tenant.id ?? capabilities.tenantOf(code ?? '', purpose, id, Date.now());
    if (tenantId === undefined) throw unauthorized();
    noteOnRequest(request, { verificationId: id });
    try {
      return await act({ tenantId, id });
    } catch (error) {
      throw isRefusal(error, 'not_found') && !caller ? unauthorized() : error;
    }
  }

  /** The caller by its API key, in any of the three places where Azure Functions accepts one. */
  function apiCaller(request: FastifyRequest, code: string | undefined): Caller | undefined {
    const header = request.headers['x-functions-key'];
    const keys = [bearerToken(request), typeof header === 'string' ? header : undefined, code];
    return keys.map((key) => tenants.callerOf(key)).find((caller) => caller !== undefined);
  }
}

function accepted(reply: FastifyReply): FastifyReply {
  return reply.code(202).send(undefined);
}

function unauthorized(detail = NEEDS_URL_OR_KEY): VerificationError {
  return new VerificationError({ code: 'unauthorized' }, detail);
}
