import formbody from '@fastify/formbody';
import { Type } from '@sinclair/typebox';
import { VerificationError } from '../../domain/errors';
import {
  isSignedByTwilio,
  parseStatusCallback,
  STATUS_CALLBACK_PATH,
  type StatusCallbackOptions,
} from '../../sms/status-callback';
import type { Verifications } from '../../temporal/verifications';
import type { Api } from '../http-server';
import { noBody, problems } from '../responses';

export interface WebhookDependencies {
  readonly verifications: Verifications;
  /** Undefined where no reports are asked for: then none is taken. */
  readonly statusCallback: StatusCallbackOptions | undefined;
}

/** What Twilio reports of the texts that we sent. Nothing is done without its signature. */
export function webhookRoutes(app: Api, { verifications, statusCallback }: WebhookDependencies): void {
  app.register(formbody);
  // Before the body is looked at: who doesn't sign learns nothing of what a callback looks like.
  app.addHook('onRequest', async ({ headers }) => {
    const signed = typeof headers['x-twilio-signature'] === 'string';
    if (statusCallback === undefined || !signed) throw new VerificationError({ code: 'forbidden' });
  });

  app.post(
    STATUS_CALLBACK_PATH,
    {
      schema: {
        summary: "Twilio's report of what became of a text",
        security: [{ twilioSignature: [] }],
        consumes: ['application/x-www-form-urlencoded'],
        querystring: Type.Object({ verification: Type.Optional(Type.String()) }),
        body: Type.Record(Type.String(), Type.Unknown()),
        response: { 204: noBody('Taken note of.'), ...problems(400, 403, 413, 503) },
      },
    },
    async (request, reply) => {
      const signature = request.headers['x-twilio-signature'];
      const signed =
        statusCallback !== undefined &&
        typeof signature === 'string' &&
        isSignedByTwilio(statusCallback, { path: request.url, signature, form: request.body });
      if (!signed) throw new VerificationError({ code: 'forbidden' });

      const report = parseStatusCallback(request.body);
      if (report) await verifications.reportText(request.query.verification ?? '', report);
      return reply.code(204).send(undefined);
    },
  );
}
