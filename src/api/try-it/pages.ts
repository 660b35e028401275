import path from 'node:path';
import view from '@fastify/view';
import type { FastifyReply } from 'fastify';
import { Eta } from 'eta';
import type { Api } from '../http/http-server';
import { securityHeaders } from '../http/security-headers';
import type { Screen } from './screens';
import type { Notice } from './sentences';

export interface PagesOptions {
  readonly publicUrl: string;
  readonly phonePageUrl: string | undefined;
}

/** Everything that the page loads comes from this server, and no script or style is inside the page. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

export type Pages = Awaited<ReturnType<typeof createPages>>;

export async function createPages(app: Api, { publicUrl, phonePageUrl }: PagesOptions) {
  /** The path under which a proxy serves the API; empty for none. */
  const base = new URL(publicUrl).pathname.replace(/\/$/, '');
  const root = path.join(__dirname, 'views');
  await app.register(view, { engine: { eta: new Eta({ views: root }) }, root, production: true });

  return {
    /** Where the page can be used: its forms are refused elsewhere. */
    url: `${publicUrl}/`,
    /** Options of every route that answers with a page. A route that sets `config` itself must include this `config`. */
    options: {
      config: {
        securityHeaders: securityHeaders({
          contentSecurityPolicy: CONTENT_SECURITY_POLICY,
          // With `no-referrer`, browsers send `Origin: null` with the page's own forms.
          referrerPolicy: { policy: 'same-origin' },
          // The page and the phone link to each other. With this policy, each click would open one more tab.
          ...(phonePageUrl !== undefined && { crossOriginOpenerPolicy: false }),
        }),
      },
    },

    /** Answers with a screen. Each form in it has an id of its own. */
    show(reply: FastifyReply, screen: Screen) {
      // A token can need a new cookie, with which the forms in other tabs would not be valid any more.
      const hasForm = screen.name !== 'error';
      const forms = hasForm ? { csrfToken: reply.generateCsrf(), formId: crypto.randomUUID() } : {};
      return reply.view(screen.name, { base, phonePageUrl, ...forms, ...screen });
    },

    /** Leads back to the page, with 303, so that a reload does not send the form again. */
    redirect(reply: FastifyReply, notice?: Notice): FastifyReply {
      return reply.redirect(notice === undefined ? `${base}/` : `${base}/?notice=${notice}`, 303);
    },
  };
}
