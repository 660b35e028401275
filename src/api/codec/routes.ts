import cors from '@fastify/cors';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { ApiKeys } from '../../crypto/api-keys';
import { VerificationError } from '../../domain/refusals';
import type { DecodePayloads } from '../../temporal/payload-reader';
import { bearerToken } from '../authentication';
import type { Api } from '../http-server';
import { answer, problems } from '../responses';

export interface CodecServer {
  readonly token: string;
  /** The Web UI's: only its pages may ask from a browser. Undefined for none. */
  readonly origin: string | undefined;
  readonly decode: DecodePayloads;
}

/** Temporal sends a history in messages of at most 4 MiB, and JSON's base64 is a third longer. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const CHALLENGE = 'Basic realm="codec server", charset="UTF-8"';
const WELCOME = "Temporal's Web UI can now read encrypted payloads in this browser.";
const UNAUTHORIZED =
  'Send CODEC_SERVER_TOKEN as "Authorization: Bearer <token>", or in a browser as the password.';

/** Temporal's pages have at most 256 events of a history, or 1,000 workflows: this is ten payloads for each of those. */
const MAX_PAYLOADS = 10_000;
/** The SDKs and our encryption set two or three entries. */
const MAX_METADATA_ENTRIES = 100;

/** Not `Type.Record`: its pattern does not match a key with a line break, whose value could then be anything. */
const Metadata = Type.Unsafe<Record<string, string>>({
  type: 'object',
  additionalProperties: { type: 'string' },
  maxProperties: MAX_METADATA_ENTRIES,
});
/** What the UI and the CLI send, with every field that a later Temporal may add. */
const Payload = Type.Object(
  { metadata: Type.Optional(Metadata), data: Type.Optional(Type.String()) },
  { additionalProperties: true },
);
const Payloads = Type.Object(
  { payloads: Type.Array(Payload, { maxItems: MAX_PAYLOADS }) },
  { additionalProperties: false },
);

const security = [{ codecToken: [] }, { codecPassword: [] }];
const welcomeSchema = {
  summary: "Where a browser asks for the codec server's password",
  security,
  response: {
    200: { description: 'Known.', content: { 'text/plain': { schema: Type.String() } } },
    ...problems(401),
  },
};
const decodeSchema = {
  summary: 'Encrypted payloads in clear',
  security,
  body: Payloads,
  response: { 200: answer('The same payloads in clear.', Payloads), ...problems(400, 401, 413, 422) },
};

/** Temporal's remote codec protocol, reading only: how operators see what is encrypted in Temporal's Web UI and CLI. */
export async function registerCodec(app: Api, { token, origin, decode }: CodecServer): Promise<void> {
  const tokens = new ApiKeys([token]);

  // Before the credential is looked at: a browser's preflight has none.
  if (origin !== undefined) {
    await app.register(cors, {
      origin: async (asking: string | undefined) => asking === origin,
      credentials: true,
      // Strictly, the plugin answers an incomplete preflight itself: as plain text, past the log.
      strictPreflight: false,
      methods: ['POST'],
      allowedHeaders: ['authorization', 'content-type', 'x-namespace'],
    });
  }
  app.addHook('onRequest', async (request) => {
    if (tokens.callerOf(bearerToken(request) ?? basicPassword(request)) === undefined)
      throw new VerificationError({ code: 'unauthorized' }, UNAUTHORIZED);
  });
  // A browser asks for a password and keeps it, and from then on sends it along with what the Web UI asks.
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

/** The password of `Authorization: Basic` (RFC 7617), whoever the user is. */
function basicPassword({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const [, credentials = ''] = /^Basic +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? [];
  return password;
}
