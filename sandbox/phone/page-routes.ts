import helmet from '@fastify/helmet';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import type { FastifyError, FastifyReply } from 'fastify';
import type { Delivery } from '../delivery/delivery';
import type { NumberFaults } from '../faults/number-faults';
import { parseCarrierErrorCode } from '../messages/carrier-errors';
import type { MessageStore } from '../messages/message-store';
import { registerAssets } from './assets';
import { refuseOtherPages, refusePublicHost } from './request-guards';
import { PageError } from './page-error';
import { createPages } from './pages';
import { PhoneList } from './phone-list';
import { PhoneFeed } from './phone-feed';

export interface PageDependencies {
  store: MessageStore;
  delivery: Delivery;
  faults: NumberFaults;
  closing: AbortSignal;
  report: (problem: string) => void;
  /** Where a browser finds the try-it page, without a slash at the end. Undefined: the page has no link to it. */
  tryItUrl: string | undefined;
}

/** Everything that the page loads comes from this server, and no script or style is inside the page. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: {
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
  },
  // The page and the try-it page link to each other. With this policy, each click would open one more tab.
  crossOriginOpenerPolicy: false,
  // Other servers on this host may have no https.
  strictTransportSecurity: false,
  // With `no-referrer`, browsers send `Origin: null` with the page's own forms.
  referrerPolicy: { policy: 'same-origin' as const },
};

const E164 = /^\+[1-9]\d{6,14}$/;

const EventsHeaders = Type.Object({ 'last-event-id': Type.Optional(Type.String()) });
const SidParams = Type.Object({ sid: Type.String() });
const FailureForm = Type.Object({ error: Type.String() });
const DeliveryForm = Type.Object({ number: Type.String(), error: Type.String() });

/** The page that shows each number as a phone with its messages. Its forms are POSTs that lead back to `GET /`. */
export function pageRoutes(dependencies: PageDependencies): FastifyPluginAsyncTypebox {
  const { store, delivery, faults, closing, report, tryItUrl } = dependencies;
  const phoneList = new PhoneList(store, faults);
  const { renderPage, renderPhone } = createPages(phoneList, tryItUrl);
  const feed = new PhoneFeed({ phoneList, renderPhone, closing });

  return async (app) => {
    await app.register(helmet, SECURITY_HEADERS);
    app.addHook('onRequest', async (request) => {
      refusePublicHost(request);
      // Links of other pages may lead to the page.
      if (request.routeOptions.url !== '/') refuseOtherPages(request);
    });
    app.setErrorHandler((error: FastifyError | PageError, _request, reply) => {
      const { status, sentence } = toAnswer(error);
      if (status === 500) report(`a request of the page failed: ${error.message}`);
      void reply.code(status).type('text/plain; charset=utf-8').send(sentence);
    });
    await registerAssets(app);

    app.get('/', (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(renderPage()),
    );

    app.get('/events', { schema: { headers: EventsHeaders }, exposeHeadRoute: false }, (request, reply) => {
      reply.hijack();
      feed.open(reply.raw, reply.getHeaders(), request.headers['last-event-id']);
    });

    const failure = { params: SidParams, body: FailureForm };
    app.post('/phone/messages/:sid/failure', { schema: failure }, ({ params, body }, reply) => {
      const message = store.find(params.sid);
      if (message === undefined) throw new PageError(404, 'The sandbox does not have this message.');
      delivery.fail(message.sid, carrierErrorOf(body.error));
      return backToPhone(reply, message.to);
    });

    app.post('/phone/delivery', { schema: { body: DeliveryForm } }, ({ body }, reply) => {
      const number = body.number.replaceAll(/[\s().-]/g, '');
      if (!E164.test(number))
        throw new PageError(400, 'Enter a number with its country code, for example +1 425 555 0123.');
      phoneList.setDelivery(number, body.error === '' ? null : carrierErrorOf(body.error));
      return backToPhone(reply, number);
    });
  };
}

/** Redirects with 303, so that the browser gets the page and does not send the form again on a reload. */
function backToPhone(reply: FastifyReply, number: string): FastifyReply {
  return reply.redirect(`/#${number}`, 303);
}

/** @throws PageError */
function carrierErrorOf(text: string) {
  const code = parseCarrierErrorCode(text);
  if (code === undefined) throw new PageError(400, 'Choose one of the errors from 30003 to 30008.');
  return code;
}

function toAnswer(error: FastifyError | PageError): { status: number; sentence: string } {
  if (error instanceof PageError) return { status: error.status, sentence: error.message };
  return (error.statusCode ?? 500) < 500
    ? { status: 400, sentence: 'The form could not be read.' }
    : { status: 500, sentence: 'The sandbox could not do this.' };
}
