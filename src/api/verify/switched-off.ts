import type { Api } from '../http/http-server';
import { answerVerifyError } from './error-answer';
import { VerifyApiError } from './errors';

const MESSAGE = 'The API of Twilio Verify is switched off: no tenant in TENANTS_FILE has verify';

/** For an operator who points a client here before TENANTS_FILE is ready. */
export function registerSwitchedOff(app: Api): void {
  const refuse = (): never => {
    throw new VerifyApiError(404, 20404, MESSAGE);
  };
  app.setErrorHandler(answerVerifyError);
  // Before the body is read: the answer is the same for each body.
  app.addHook('onRequest', async () => refuse());
  // Fastify runs the hook only in a scope that has a handler of its own for unknown paths.
  app.setNotFoundHandler(refuse);
}
