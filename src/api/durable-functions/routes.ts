import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKeys } from '../../crypto/api-keys';
import type { Capabilities, CapabilityPurpose } from '../../crypto/capability';
import { VerificationError } from '../../domain/errors';
import type { Verifications } from '../../gateway/verifications';
import type { Api } from '../http-server';
import { bearerToken } from '../authentication';
import { createCrossSiteGuard } from './cross-site';
import { parseStartInput, textOf } from './body';
import { parseEventCode } from './event-code';
import { instanceStatus, ORCHESTRATOR } from './instance-status';
import { createManagementUrls, MANAGEMENT_PATHS } from './management-urls';
import { eventBody, eventSchema, startBody, startSchema, statusSchema, terminateSchema } from './schemas';
import type { MessageRequests } from '../message-requests';

export interface DurableFunctionsDependencies {
  readonly verifications: Verifications;
  readonly apiKeys: ApiKeys;
  readonly capabilities: Capabilities;
  readonly publicUrl: string;
  readonly messageRequests: MessageRequests;
  /** Whether a start needs an API key. */
  readonly durableFunctionsAuth: 'function' | 'anonymous';
}

/** The sample's event; names compare without case, as there. */
const CODE_EVENT = 'smschallengeresponse';
/** Other events than the code's may carry anything. */
const EVENT_BODY_LIMIT_BYTES = 65_536;
/** More is cut off: a reason, however long, is no reason to refuse. */
const MAX_REASON_LENGTH = 500;
const POLL_AFTER_SECONDS = '10';

/** The HTTP API of the Durable Functions sample "phone verification", for clients that were written for it. */
export function durableFunctionsRoutes(app: Api, dependencies: DurableFunctionsDependencies): void {
  const { verifications, messageRequests, apiKeys, capabilities, durableFunctionsAuth } = dependencies;
  const managementUrls = createManagementUrls(dependencies);
  const refuseCrossSite = createCrossSiteGuard(dependencies.publicUrl);

  // A page may send a text/plain POST anywhere without a preflight, and a start may need no key.
  app.addHook('onRequest', async (request) => refuseCrossSite(request));

  // The sample's clients send what they like as a content type, or nothing: every body is read as text. Fastify would
  // refuse a content type that is none (`json`), even for a parser that takes them all.
  app.addHook('onRequest', async (request) => void delete request.raw.headers['content-type']);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onSend', async (_request, reply) => void reply.header('referrer-policy', 'no-referrer'));

  for (const prefix of ['', '/api']) {
    app.post(
      `${prefix}/orchestrators/:name`,
      { schema: startSchema(durableFunctionsAuth), config: startBody },
      async (request, reply) => {
        const caller = apiCaller(request, request.query.code);
        if (caller === undefined && durableFunctionsAuth === 'function') throw unauthorized();
        if (request.params.name.toLowerCase() !== ORCHESTRATOR.toLowerCase()) {
          throw new VerificationError({ code: 'not_found' });
        }
        const { verification } = await messageRequests.start({
          phoneNumber: parseStartInput(request.body),
          caller,
          // Who comes without a key comes from anywhere, and is known by the address alone.
          clientAddress: caller === undefined ? request.ip : undefined,
          idempotencyKey: undefined,
        });
        const urls = managementUrls(verification);
        reply.code(202).header('location', urls.statusQueryGetUri).header('retry-after', POLL_AFTER_SECONDS);
        return urls;
      },
    );
  }

  for (const prefix of MANAGEMENT_PATHS) {
    app.get(`${prefix}/instances/:id`, { schema: statusSchema }, async (request, reply) => {
      const { id } = request.params;
      const { code, showInput } = request.query;
      const verification = await authorized('status', id, request, code, () => verifications.get(id));
      if (verification.endedAt === null) reply.code(202).header('retry-after', POLL_AFTER_SECONDS);
      return instanceStatus(verification, showInput?.toLowerCase() !== 'false');
    });

    app.post(
      `${prefix}/instances/:id/raiseEvent/:eventName`,
      { bodyLimit: EVENT_BODY_LIMIT_BYTES, schema: eventSchema, config: eventBody },
      async (request, reply) => {
        const { id, eventName } = request.params;
        await authorized('event', id, request, request.query.code, () =>
          eventName.toLowerCase() === CODE_EVENT
            ? submitCode(id, request.body)
            : verifications.assertOpen(id),
        );
        return accepted(reply);
      },
    );

    app.post(`${prefix}/instances/:id/terminate`, { schema: terminateSchema }, async (request, reply) => {
      const { id } = request.params;
      const { code, reason } = request.query;
      await authorized('terminate', id, request, code, () =>
        verifications.requestCancel(id, reason?.slice(0, MAX_REASON_LENGTH) ?? null),
      );
      return accepted(reply);
    });
  }

  /** As in Azure: 410 for an ended instance takes precedence over 400 for an invalid event. */
  async function submitCode(id: string, body: unknown): Promise<void> {
    const code = parseEventCode(textOf(body));
    if (typeof code === 'string') return verifications.submit(id, code, { padded: true });
    await verifications.assertOpen(id);
    throw code;
  }

  /** Lets in a capability for this purpose and verification, or an API key. Only the latter learns of an unknown id. */
  async function authorized<T>(
    purpose: CapabilityPurpose,
    id: string,
    request: FastifyRequest,
    code: string | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    const hasApiKey = apiCaller(request, code) !== undefined;
    if (!hasApiKey && !capabilities.allows(code ?? '', purpose, id, Date.now())) throw unauthorized();
    try {
      return await act();
    } catch (error) {
      const unknown = error instanceof VerificationError && error.code === 'not_found';
      throw unknown && !hasApiKey ? unauthorized() : error;
    }
  }

  /** An API key in any of the three places where Azure Functions takes one. */
  function apiCaller(request: FastifyRequest, code: string | undefined): string | undefined {
    const header = request.headers['x-functions-key'];
    const keys = [bearerToken(request), typeof header === 'string' ? header : undefined, code];
    return keys.map((key) => apiKeys.callerOf(key)).find((caller) => caller !== undefined);
  }
}

function accepted(reply: FastifyReply): FastifyReply {
  return reply.code(202).send(undefined);
}

function unauthorized(): VerificationError {
  return new VerificationError(
    { code: 'unauthorized' },
    'Send the whole URL that the start gave you, or an API key.',
  );
}
