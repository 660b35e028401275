import swagger from '@fastify/swagger';
import { Type } from '@sinclair/typebox';
import { requireExactPaths } from './http/exact-paths';
import type { Api } from './http/http-server';
import { InstanceStatus, ManagementUrls } from './durable-functions/resources';
import { keepResult } from './keep-result';
import { answer, problems } from './problem/responses';
import { Problem } from './problem/problem-schema';
import { CheckedVerification, Verification } from './rest/resource';

const DESCRIPTION = `Phone verification by SMS.

Start a verification with a phone number: the phone gets a code. Check the code that the person enters. Every operation
under **Verifications** needs an API key, as \`Authorization: Bearer <key>\`.

JSON bodies are checked strictly: values are not converted, and unknown fields are refused.

Every error is \`application/problem+json\` (RFC 9457) with a stable \`code\`. This includes errors of the connection
(400, 408, 431) and methods that a path does not support (405, with an \`Allow\` header).`;

const tags = [
  { name: 'Verifications', description: 'Start, read, check, resend and cancel verifications.' },
  {
    name: 'Durable Functions',
    description:
      'The API of the Durable Functions sample "phone verification", for clients of that sample. New clients use ' +
      'Verifications.',
  },
  {
    name: 'Delivery reports',
    description: 'What the SMS provider reports about messages. Clients do not call it.',
  },
  { name: 'Health', description: 'For load balancers and container orchestrators.' },
  { name: 'Documentation', description: 'This document, and a page to read it.' },
];

const codecTag = {
  name: 'Codec server',
  description: 'Shows decrypted payloads to operators, in the tools of Temporal.',
};

const securitySchemes = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'A key in `API_KEYS`. With `npm run dev`: `dev`.',
  },
  functionsKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-functions-key',
    description: 'One of the keys in the variable `API_KEYS`.',
  },
  functionsCode: {
    type: 'apiKey',
    in: 'query',
    name: 'code',
    description:
      'One of the keys in the variable `API_KEYS`, or the capability from a URL in the answer to a start.',
  },
} as const;

const codecSecuritySchemes = {
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
  readonly hasCodecServer: boolean;
}

/** Serves the OpenAPI document at GET /openapi.json. It contains the routes that are registered after this call. */
export function documentApi(app: Api, { publicUrl, signatureHeader, hasCodecServer }: DocumentOptions): void {
  for (const schema of [Verification, CheckedVerification, ManagementUrls, InstanceStatus, Problem])
    app.addSchema(schema);
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Phone verification',
        version: '1',
        description: DESCRIPTION,
        contact: { name: 'The operator of this service', url: publicUrl },
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: publicUrl }],
      tags: [...tags, ...(hasCodecServer ? [codecTag] : [])],
      components: {
        securitySchemes: {
          ...securitySchemes,
          ...(hasCodecServer && codecSecuritySchemes),
          deliveryReportSignature: {
            type: 'apiKey',
            in: 'header',
            name: signatureHeader,
            description: "The SMS provider's signature of the request.",
          },
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
    requireExactPaths(scope);
    const schema = {
      operationId: 'getOpenApiDocument',
      summary: 'Get this document',
      description: 'It is made from the schemas that check requests.',
      tags: ['Documentation'],
      security: [],
      response: {
        200: answer('The OpenAPI 3.1 document.', Type.Object({}, { additionalProperties: true }), {
          examples: {
            document: {
              summary: 'The beginning of the document',
              value: { openapi: '3.1.0', info: { title: 'Phone verification', version: '1' } },
            },
          },
        }),
        ...problems(),
      },
    };
    // All answers share it: one client can send hundreds of requests at once and read no answer.
    const document = keepResult(async () => Buffer.from(JSON.stringify(app.swagger())));
    scope.get('/openapi.json', { schema }, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(await document()),
    );
  });
}
