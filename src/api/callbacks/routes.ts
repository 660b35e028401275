import formbody from '@fastify/formbody';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/errors';
import {
  isSignedByTwilio,
  parseStatusCallback,
  STATUS_CALLBACK_PATH,
  type StatusCallbackOptions,
} from '../../messaging/twilio/status-callback';
import type { Verifications } from '../../gateway/verifications';
import type { Api } from '../http-server';
import { noBody, problems } from '../responses';

export interface WebhookDependencies {
  readonly verifications: Verifications;
  /** Undefined where no reports are asked for: then none is taken. */
  readonly statusCallback: StatusCallbackOptions | undefined;
}

const FORM = 'application/x-www-form-urlencoded';
const REPEATED_FIELD = 'Send each field of the form once.';
const NO_FORM = `Send a form, with "Content-Type: ${FORM}".`;

/** Not `Type.Record`: its pattern does not match a name with a line break, whose value could then be anything. */
const Form = Type.Unsafe<Record<string, string>>({
  type: 'object',
  additionalProperties: { type: 'string' },
});

/** Twilio's reports of what became of our messages: signed forms. What is not signed is 403, whatever else it is. */
export function webhookRoutes(app: Api, { verifications, statusCallback }: WebhookDependencies): void {
  app.removeAllContentTypeParsers();
  app.register(formbody);

  // Before the body is read: without a signature header, and for a body that Twilio's signature does not cover.
  app.addHook('onRequest', async (request) => {
    if (statusCallback === undefined || signatureOf(request) === undefined) throw forbidden();
    if (isForm(request)) return;
    assertSigned(request, {});
    throw new VerificationError({ code: 'invalid_request' }, NO_FORM);
  });
  // Before the schema judges the form: a caller that does not sign learns nothing of what a report looks like.
  app.addHook('preValidation', async (request) => {
    assertSigned(request, fieldsOf(request));
    if (Object.values(fieldsOf(request)).some((value) => typeof value !== 'string'))
      throw new VerificationError({ code: 'invalid_request' }, REPEATED_FIELD);
  });

  app.post(
    STATUS_CALLBACK_PATH,
    {
      schema: {
        summary: "Twilio's report of what became of a text",
        security: [{ twilioSignature: [] }],
        consumes: [FORM],
        querystring: Type.Object({ verification: Type.Optional(Type.String()) }),
        body: Form,
        response: { 204: noBody('Taken note of.'), ...problems(400, 403, 413, 503) },
      },
    },
    async (request, reply) => {
      const report = parseStatusCallback(request.body);
      if (report) await verifications.reportDelivery(request.query.verification ?? '', report);
      return reply.code(204).send(undefined);
    },
  );

  /** @throws VerificationError `forbidden` */
  function assertSigned(request: FastifyRequest, form: Record<string, unknown>): void {
    const signature = signatureOf(request);
    const isSigned =
      statusCallback !== undefined &&
      signature !== undefined &&
      isSignedByTwilio(statusCallback, { path: request.url, signature, form });
    if (!isSigned) throw forbidden();
  }
}

function signatureOf({ headers }: FastifyRequest): string | undefined {
  const signature = headers['x-twilio-signature'];
  return typeof signature === 'string' ? signature : undefined;
}

/** A field that was sent more than once has an array for its value. */
function fieldsOf({ body }: FastifyRequest): Record<string, unknown> {
  return { ...(typeof body === 'object' ? body : {}) };
}

function isForm({ headers }: FastifyRequest): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  return mediaType.trim().toLowerCase() === FORM;
}

function forbidden(): VerificationError {
  return new VerificationError({ code: 'forbidden' }, 'The signature is not valid.');
}
