import formbody from '@fastify/formbody';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';
import type { DeliveryReports } from '../../messaging/sender';
import type { Verifications } from '../../gateway/verifications';
import type { Api } from '../http-server';
import { noBody, problems } from '../responses';

export interface CallbacksDependencies {
  readonly verifications: Verifications;
  readonly deliveryReports: DeliveryReports;
}

const FORM = 'application/x-www-form-urlencoded';
const REPEATED_FIELD = 'Send each field of the form once.';
const NO_FORM = `Send a form, with "Content-Type: ${FORM}".`;

/** Not `Type.Record`: its pattern does not match a name with a line break, whose value could then be anything. */
const Form = Type.Unsafe<Record<string, string>>({
  type: 'object',
  additionalProperties: { type: 'string' },
});

/** The provider's reports of what became of our messages: signed forms. What is not signed is 403, whatever it is. */
export function registerCallbacks(app: Api, { verifications, deliveryReports }: CallbacksDependencies): void {
  const { path, signatureHeader } = deliveryReports;
  app.removeAllContentTypeParsers();
  app.register(formbody);

  // Before the body is read: without a signature header, and for a body that the signature does not cover.
  app.addHook('onRequest', async (request) => {
    if (isForm(request)) signatureOf(request);
    else {
      assertSigned(request, {});
      throw new VerificationError({ code: 'invalid_request' }, NO_FORM);
    }
  });
  // Before the schema judges the form: a caller that does not sign learns nothing of what a report looks like.
  app.addHook('preValidation', async (request) => {
    assertSigned(request, fieldsOf(request));
    if (Object.values(fieldsOf(request)).some((value) => typeof value !== 'string'))
      throw new VerificationError({ code: 'invalid_request' }, REPEATED_FIELD);
  });

  app.post(
    path,
    {
      schema: {
        summary: "The SMS provider's report of what became of a message",
        security: [{ deliveryReportSignature: [] }],
        consumes: [FORM],
        querystring: Type.Object({ verification: Type.Optional(Type.String()) }),
        body: Form,
        response: { 204: noBody('The report is accepted.'), ...problems(400, 403, 413, 503) },
      },
    },
    async (request, reply) => {
      const report = deliveryReports.parseReport(request.body);
      if (report) await verifications.reportDelivery(request.query.verification ?? '', report);
      return reply.code(204).send(undefined);
    },
  );

  /** @throws VerificationError `forbidden` */
  function assertSigned(request: FastifyRequest, fields: Record<string, unknown>): void {
    const signature = signatureOf(request);
    if (!deliveryReports.isSigned({ url: request.url, signature, fields })) throw forbidden();
  }

  /** @throws VerificationError `forbidden` without one */
  function signatureOf({ headers }: FastifyRequest): string {
    const signature = headers[signatureHeader];
    if (typeof signature !== 'string') throw forbidden();
    return signature;
  }
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
