import formbody from '@fastify/formbody';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';
import type { DeliveryReports } from '../../messaging/sender';
import type { Verifications } from '../../gateway/verifications';
import type { ApiMetrics } from '../../telemetry/api-metrics';
import { noteOnRequest } from '../../telemetry/request-log';
import type { Api } from '../http/http-server';
import { bodyTooLarge, noBody, problems } from '../problem/responses';
import { stringRecord } from '../http/string-record';

export interface CallbacksDependencies {
  readonly verifications: Verifications;
  readonly deliveryReports: DeliveryReports;
  readonly metrics: ApiMetrics;
}

const FORM = 'application/x-www-form-urlencoded';
const DAY_MS = 86_400_000;
const REPEATED_FIELD = 'Send each field of the form once.';
const NOT_A_FORM = `Send a form, with "Content-Type: ${FORM}".`;

/** The provider's delivery reports, which are signed forms. Without a valid signature they get 403, or 413 if too large. */
export function registerCallbacks(
  app: Api,
  { verifications, deliveryReports, metrics }: CallbacksDependencies,
): void {
  const { path, signatureHeader, exampleFields } = deliveryReports;
  app.removeAllContentTypeParsers();
  app.register(formbody);

  // Before the body is read: refuses requests without a signature header, and bodies that are not forms.
  app.addHook('onRequest', async (request) => {
    if (isForm(request)) signatureOf(request);
    else {
      assertSigned(request, {});
      throw new VerificationError({ code: 'invalid_request' }, NOT_A_FORM);
    }
  });
  // Before the schema is checked: a caller without a valid signature must not learn which fields are expected.
  app.addHook('preValidation', async (request) => {
    assertSigned(request, fieldsOf(request));
    if (Object.values(fieldsOf(request)).some((value) => typeof value !== 'string'))
      throw new VerificationError({ code: 'invalid_request' }, REPEATED_FIELD);
  });

  app.post(
    path,
    {
      schema: {
        operationId: 'reportDelivery',
        summary: "Receive the SMS provider's delivery report for a message",
        description:
          'The SMS provider calls it. Its fields are those of the provider. A report for a verification that is ' +
          'unknown or has ended is accepted and has no effect.',
        tags: ['Delivery reports'],
        security: [{ deliveryReportSignature: [] }],
        consumes: [FORM],
        querystring: Type.Object({
          verification: Type.Optional(Type.String({ description: 'The id of the verification.' })),
          sentAt: Type.Optional(
            Type.String({ description: 'When the message was sent, in milliseconds since 1970.' }),
          ),
          messageIndex: Type.Optional(
            Type.String({ description: 'Which message of the verification it is: 0 for the first.' }),
          ),
        }),
        body: stringRecord({ examples: [exampleFields] }),
        response: {
          204: noBody('The report was accepted.'),
          ...problems('forbidden', 'temporal_unavailable'),
          ...bodyTooLarge,
        },
      },
    },
    async (request, reply) => {
      const { verification: verificationId = '' } = request.query;
      noteOnRequest(request, { verificationId });
      const status = deliveryReports.statusOf(request.body);
      metrics.countDeliveryReport(status);
      const sinceSentMs = msSince(request.query.sentAt);
      if (status === 'delivered' && sinceSentMs !== undefined) metrics.recordDelivery(sinceSentMs / 1000);
      const report = deliveryReports.parseReport(request.body);
      const messageIndex = parseMessageIndex(request.query.messageIndex);
      if (report)
        await verifications.reportDelivery(verificationId, { ...report, messageIndex }, sinceSentMs);
      return reply.code(204).send(undefined);
    },
  );

  /** @throws VerificationError `forbidden` */
  function assertSigned(request: FastifyRequest, fields: Record<string, unknown>): void {
    const signature = signatureOf(request);
    if (!deliveryReports.isSigned({ url: request.url, signature, fields })) throw forbidden();
  }

  /** @throws VerificationError `forbidden` if there is none */
  function signatureOf({ headers }: FastifyRequest): string {
    const signature = headers[signatureHeader];
    if (typeof signature !== 'string') throw forbidden();
    return signature;
  }
}

/** The form's fields. The value of a field that was sent more than once is an array. */
function fieldsOf({ body }: FastifyRequest): Record<string, unknown> {
  return { ...(typeof body === 'object' ? body : {}) };
}

/** Undefined if the time is missing, as in messages of an earlier version, or more than a day ago. */
function msSince(sentAt = ''): number | undefined {
  if (!/^\d{1,15}$/.test(sentAt)) return undefined;
  const ms = Math.max(0, Date.now() - Number(sentAt));
  return ms < DAY_MS ? ms : undefined;
}

/** Undefined if it is missing, as in messages of an earlier version, or no index. */
function parseMessageIndex(text = ''): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

function isForm({ headers }: FastifyRequest): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  return mediaType.trim().toLowerCase() === FORM;
}

function forbidden(): VerificationError {
  return new VerificationError({ code: 'forbidden' }, 'The signature is not valid.');
}
