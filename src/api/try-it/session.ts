import cookie, { type CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Api } from '../http/http-server';

export interface SessionOptions {
  readonly cookieKeys: readonly Buffer[];
  readonly publicUrl: string;
}

/** The page's session: a signed cookie with the id of one verification. The server stores nothing. */
export interface Session {
  readonly cookieOptions: CookieSerializeOptions;
  /** The name of the cookie for the token that protects the forms (CSRF). */
  readonly csrfCookie: string;
  /** The public id; undefined without a cookie, or if its signature is not valid. */
  verificationId(request: FastifyRequest): string | undefined;
  begin(reply: FastifyReply, verificationId: string): void;
  end(reply: FastifyReply): void;
}

export async function createSession(app: Api, { cookieKeys, publicUrl }: SessionOptions): Promise<Session> {
  const secure = publicUrl.startsWith('https:');
  // Browsers accept the prefix only over https. Then no other host, such as a subdomain, can set the cookie.
  const prefix = secure ? '__Host-' : '';
  const name = `${prefix}verification`;
  const cookieOptions: CookieSerializeOptions = {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
  };
  await app.register(cookie, { secret: cookieKeys.map((key) => key.toString('base64')) });
  return {
    cookieOptions,
    csrfCookie: `${prefix}csrf`,
    verificationId(request) {
      const { valid, value } = request.unsignCookie(request.cookies[name] ?? '');
      return valid ? value : undefined;
    },
    begin: (reply, verificationId) => void reply.setCookie(name, verificationId, cookieOptions),
    end: (reply) => void reply.clearCookie(name, cookieOptions),
  };
}

/** An error of the plugin that checks the form's token. */
export function isCsrfError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('FST_CSRF_');
}
