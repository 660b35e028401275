import { isIP } from 'node:net';
import { z } from 'zod';
import { integer, isBase, list, text } from '../fields';
import { documentation } from '../documentation';

export const http = {
  HOST: text.prefault('127.0.0.1').register(documentation, {
    description: 'The IP address or host name on which the API listens.',
    rules: ['The image and docker-compose.yml set `0.0.0.0`.'],
  }),
  PORT: integer(0, 65_535)
    .prefault('3000')
    .register(documentation, {
      description: 'The port of the API. `0` is any free port, which `npm run dev` does not accept.',
      rules: ['The worker reads it for the default of `PUBLIC_URL`.'],
    }),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://verify.example.com', abort: true })
    .refine(isBase, 'must be a URL like https://verify.example.com, without user name, password, ? and #')
    .optional()
    .register(documentation, {
      description: 'The URL at which callers reach the API. Every link in an answer starts with it.',
      rules: [
        'Twilio sends its delivery reports there, so the worker needs it too. ' +
          'Without https there are no delivery reports, except from the SMS sandbox.',
        'API and worker must have the same value. [Changing settings](operations.md#public_url) says what to keep.',
      ],
      default: '`http://localhost:` and `PORT`',
      example: 'https://verify.example.com',
    }),
  TRUST_PROXY: text
    .transform(parseTrustProxy)
    .prefault('off')
    .register(documentation, {
      description:
        'The IP addresses of the proxies in front of the API, separated by commas, or `off`. ' +
        'The API believes the `X-Forwarded-For` header of these proxies only.',
      rules: [
        'It matters only for requests without an API key (`DURABLE_FUNCTIONS_AUTH=anonymous`, `TRY_IT_PAGE`): ' +
          'they are limited by IP address.',
        'An entry is an IP address, a network, or one of `loopback`, `linklocal` and `uniquelocal`. ' +
          'A number of proxies is refused: a client that reaches the API directly could then claim any IP address.',
      ],
      example: 'loopback,uniquelocal,203.0.113.0/24',
    }),
};

/** The addresses of the proxies. Not their number: a client that reaches the API directly could claim any address. */
function parseTrustProxy(value: string, context: z.RefinementCtx): false | string[] {
  if (value === 'off') return false;
  const proxies = list(value);
  if (!proxies.every(isProxy))
    context.addIssue('must be off, or the proxies’ addresses like loopback,uniquelocal,203.0.113.0/24');
  return proxies;
}

function isProxy(proxy: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(proxy)) return true;
  const [, address = '', bits = '32'] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(proxy) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}
