import swagger from '@fastify/swagger';
import { Type } from '@sinclair/typebox';
import type { Api } from './http-server';
import { InstanceStatus, ManagementUrls } from './durable-functions/schemas';
import { answer } from './responses';
import { Problem } from './problem-schema';
import { CheckedVerification, Verification } from './rest/resource';

const DESCRIPTION = `Phone verification by SMS.

JSON bodies are checked strictly: values are not converted, and unknown fields are refused.

Every error is \`application/problem+json\` (RFC 9457) with a stable \`code\`. This includes errors of the connection
(400, 408, 431) and methods that a path does not support (405, with an \`Allow\` header).`;

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'One of API_KEYS.' },
  functionsKey: { type: 'apiKey', in: 'header', name: 'x-functions-key', description: 'One of API_KEYS.' },
  functionsCode: {
    type: 'apiKey',
    in: 'query',
    name: 'code',
    description: 'One of API_KEYS, or the capability from a URL in the response to a start.',
  },
  codecToken: { type: 'http', scheme: 'bearer', description: 'CODEC_SERVER_TOKEN.' },
  codecPassword: {
    type: 'http',
    scheme: 'basic',
    description: 'CODEC_SERVER_TOKEN as the password, with any user name.',
  },
} as const;

export interface DocumentOptions {
  readonly publicUrl: string;
  /** The header that holds the signature of the SMS provider's delivery reports. */
  readonly signatureHeader: string;
}

/** Serves the OpenAPI document at GET /openapi.json. It contains the routes that are registered after this call. */
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
      summary: 'Get this document',
      security: [],
      response: { 200: answer('The OpenAPI 3.1 document.', Type.Object({}, { additionalProperties: true })) },
    };
    scope.get('/openapi.json', { schema }, () => app.swagger());
  });
}
