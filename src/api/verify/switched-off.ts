import formbody from '@fastify/formbody';
import type { Api } from '../http-server';

const MESSAGE = 'The API of Twilio Verify is switched off: no tenant in TENANTS_FILE has verify';

/** For an operator who points a client here before TENANTS_FILE is ready. */
export function registerSwitchedOff(app: Api): void {
  app.register(formbody);
  app.setNotFoundHandler((_request, reply) => {
    const moreInfo = 'https://www.twilio.com/docs/errors/20404';
    void reply.code(404).send({ code: 20404, message: MESSAGE, more_info: moreInfo, status: 404 });
  });
}
