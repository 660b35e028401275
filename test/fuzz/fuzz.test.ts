import { connectDevServer } from '../support/dev-server';
import { startService } from '../support/service';
import { verifyTenant } from '../support/verify-service';
import { ownSurface } from './own-surface';
import { fuzz } from './run';
import { openApiFaults } from './schemathesis';
import { verifyDocument } from './verify-document';
import { verifySurface } from './verify-surface';

/** A fixed seed. `npm run fuzz` uses a random one and makes more requests. */
const SEED = 1;
/** To each surface. */
const REQUESTS = 400;
const TIME_LIMIT_MS = 240_000;

/** Statuses that each surface must have answered, so that the requests reach more than the validation. */
const reached = {
  own: [200, 202, 400, 401, 403, 404, 405, 410],
  verify: [200, 201, 400, 401, 403, 404, 405, 429],
};

test('no request gets a 5xx or an answer that is not in the OpenAPI document', async () => {
  const results = await fuzz({
    surfaces: [ownSurface, verifySurface],
    requests: REQUESTS,
    seed: SEED,
    timeLimitMs: TIME_LIMIT_MS,
    print: () => {},
  });

  for (const { surface, requests, failures, answers } of results) {
    expect(failures).toEqual([]);
    expect([...answers.keys()].filter((status) => status >= 500)).toEqual([]);
    expect([...answers.keys()]).toEqual(expect.arrayContaining(reached[surface]));
    expect(requests).toBeGreaterThanOrEqual(REQUESTS);
    expect(requests).toBeLessThan(2 * REQUESTS);
  }
}, 300_000);

describe("the document of Twilio Verify's API", () => {
  test('is valid against the JSON schema of OpenAPI 3.1', async () => {
    expect(await openApiFaults(verifyDocument)).toEqual([]);
  });

  test('contains every route, except those that answer 405', async () => {
    const routes: string[] = [];
    const server = await connectDevServer();
    const service = await startService({ ...server, withWorker: false, tenants: [verifyTenant('shop')] });
    service.app.addHook('onRoute', ({ method, url, handler, onRequest }) => {
      if (url.startsWith('/v2/') && handler !== onRequest)
        for (const each of [method].flat()) routes.push(`${each} ${url.replaceAll(/:\w+/g, '{}')}`);
    });
    await service.app.ready();
    await service.stop();
    await server.close();

    const documented = Object.entries(verifyDocument.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
    );
    expect(routes.length).toBeGreaterThan(20);
    expect(documented).toEqual(expect.arrayContaining(routes.filter((name) => !name.startsWith('HEAD'))));
  });
});
