import swagger from '@fastify/swagger';
import { Type } from '@sinclair/typebox';
import type { Api } from './http-server';
import { InstanceStatus, ManagementUrls } from './durable-functions/schemas';
import { answer } from './responses';
import { Problem } from './problem-schema';
import { CheckedVerification, Verification } from './rest/resource';

const DESCRIPTION = `Phone verification by SMS. All bodies are JSON, strictly: nothing is coerced, unknown fields are refused.
Every error is \`application/problem+json\` (RFC 9457) with a stable \`code\`; those of the connection itself (400, 408, 431) too,
and that of a method that a path does not take (405, with \`Allow\`).`;

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'One of API_KEYS.' },
  functionsKey: { type: 'apiKey', in: 'header', name: 'x-functions-key', description: 'One of API_KEYS.' },
  functionsCode: {
    type: 'apiKey',
    in: 'query',
    name: 'code',
    description: 'One of API_KEYS, or the capability in the URLs that a start is answered with.',
  },
  codecToken: { type: 'http', scheme: 'bearer', description: 'CODEC_SERVER_TOKEN.' },
  codecPassword: { type: 'http', scheme: 'basic', description: 'CODEC_SERVER_TOKEN as the password.' },
} as const;

export interface DocumentOptions {
  readonly publicUrl: string;
  /** Signs the SMS provider's delivery reports. */
  readonly signatureHeader: string;
}

/** Describes every route that is registered after it, at GET /openapi.json, from the schemas that judge its requests. */
export function documentApi(app: Api, { publicUrl, signatureHeader }: DocumentOptions): void {
  for (const schema of [Verification, CheckedVerification, ManagementUrls, InstanceStatus, Problem])
    app.addSchema(schema);
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Phone verification', version: '1', description: DESCRIPTION },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          ...securitySchemes,
          deliveryReportSignature: { type: 'apiKey', in: 'header', name: signatureHeader },
        },
      },
    },
    convertConstToEnum: false,
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, index) =>
        typeof $id === 'string' ? $id : `schema-${index}`,
    },
  });
  app.register(async (scope) => {
    const schema = {
      summary: 'This document',
      security: [],
      response: { 200: answer('OpenAPI 3.1.', Type.Object({}, { additionalProperties: true })) },
    };
    scope.get('/openapi.json', { schema }, () => app.swagger());
  });
}
