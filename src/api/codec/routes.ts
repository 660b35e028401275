import cors from '@fastify/cors';
import { Type } from '@sinclair/typebox';
import { HashedKeys, hashOf } from '../../crypto/api-keys';
import { VerificationError } from '../../domain/refusals';
import type { DecodePayloads, JsonPayload } from '../../temporal/payload-reader';
import { basicCredentials, bearerToken } from '../authentication';
import { requireExactPaths } from '../http/exact-paths';
import type { Api } from '../http/http-server';
import { answer, bodyTooLarge, problems } from '../problem/responses';
import { stringRecord } from '../http/string-record';

export interface CodecServer {
  readonly token: string;
  /** The origin of Temporal's Web UI: in browsers, only its pages may send requests. Undefined allows no page. */
  readonly origin: string | undefined;
  readonly decode: DecodePayloads;
}

/** Temporal sends a history in pages of at most 4 MiB. As base64 in JSON, they are a third longer. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const CHALLENGE = 'Basic realm="codec server", charset="UTF-8"';
const WELCOME = "Temporal's Web UI can now read encrypted payloads in this browser.";
const UNAUTHORIZED =
  'Send CODEC_SERVER_TOKEN as "Authorization: Bearer <token>", or in a browser as the password.';

/** A page has at most 256 events or 1,000 workflows: this allows ten payloads for each of 1,000. */
const MAX_PAYLOADS = 10_000;
/** The SDKs and this service's encryption set two or three entries. */
const MAX_METADATA_ENTRIES = 100;

const Metadata = stringRecord({ maxProperties: MAX_METADATA_ENTRIES });
/** A payload as the Web UI and the CLI send it. Other fields are allowed, since later versions may add some. */
const Payload = Type.Object(
  { metadata: Type.Optional(Metadata), data: Type.Optional(Type.String()) },
  { additionalProperties: true },
);
const Payloads = Type.Object(
  { payloads: Type.Array(Payload, { maxItems: MAX_PAYLOADS }) },
  { additionalProperties: false },
);

const ENCRYPTED: JsonPayload = { metadata: { encoding: 'YmluYXJ5L2VuY3J5cHRlZA==' }, data: 'AAECAwQFBgc=' };
const PLAIN: JsonPayload = { metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'IisxNDI1NTU1MDEyMyI=' };

const tags = ['Codec server'];
const security = [{ codecToken: [] }, { codecPassword: [] }];
const welcomeSchema = {
  operationId: 'openCodecSession',
  summary: "Sign in with a browser, for Temporal's Web UI",
  description: 'A browser asks for the password and sends it with all later requests to this server.',
  tags,
  security,
  response: {
    200: {
      description: 'Signed in. The browser sends the password with each later request to this server.',
      content: { 'text/plain': { schema: Type.String(), example: WELCOME } },
    },
    ...problems('unauthorized'),
  },
};
const decodeSchema = {
  operationId: 'decodePayloads',
  summary: 'Decrypt payloads (Temporal remote codec)',
  description:
    "Temporal's Web UI and the `temporal` command call it. Payloads that this service did not encrypt are returned " +
    'unchanged.',
  tags,
  security,
  body: { ...Payloads, examples: [{ payloads: [ENCRYPTED] }] },
  response: {
    200: answer('The decrypted payloads, in the same order. Other payloads are unchanged.', Payloads, {
      examples: { decrypted: { summary: 'A phone number, as JSON', value: { payloads: [PLAIN] } } },
    }),
    ...problems('unauthorized', 'unreadable_payload'),
    ...bodyTooLarge,
  },
};

/** Temporal's remote codec protocol, decoding only. It shows operators decrypted payloads in the Web UI and the CLI. */
export async function registerCodec(app: Api, { token, origin, decode }: CodecServer): Promise<void> {
  const tokens = new HashedKeys([{ hash: hashOf(token), holder: 'operator' }]);

  // Before authentication: a browser's preflight request has no credential.
  if (origin !== undefined) {
    await app.register(cors, {
      origin: async (requestOrigin: string | undefined) => requestOrigin === origin,
      credentials: true,
      // With strictPreflight, the plugin answers an incomplete preflight as plain text and without a log line.
      strictPreflight: false,
      methods: ['POST'],
      allowedHeaders: ['authorization', 'content-type', 'x-namespace'],
    });
  }
  app.addHook('onRequest', async (request) => {
    // In a browser, the token is the password. The user name does not matter.
    if (tokens.holdersOf(bearerToken(request) ?? basicCredentials(request)?.password).length === 0)
      throw new VerificationError({ code: 'unauthorized' }, UNAUTHORIZED);
  });
  requireExactPaths(app, ['/codec']);
  // With this header, a browser asks for a password and sends it with all later requests, also those of the Web UI.
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 401) reply.header('www-authenticate', CHALLENGE);
  });

  app.get('/', { schema: welcomeSchema }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(WELCOME),
  );

  app.post('/decode', { bodyLimit: BODY_LIMIT_BYTES, schema: decodeSchema }, async ({ body }) => ({
    payloads: await decode(body.payloads),
  }));
}
