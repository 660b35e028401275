import { fuzz } from './run';

/** A fixed seed. `npm run fuzz` uses a random one and makes more requests. */
const SEED = 1;
const REQUESTS = 600;
const TIME_LIMIT_MS = 240_000;

test('no request gets a 5xx or an answer that is not in the OpenAPI document', async () => {
  const { requests, failures, answers } = await fuzz({
    requests: REQUESTS,
    seed: SEED,
    timeLimitMs: TIME_LIMIT_MS,
    print: () => {},
  });

  expect(failures).toEqual([]);
  expect([...answers.keys()].filter((status) => status >= 500)).toEqual([]);
  expect([...answers.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 401, 403, 404, 405, 410]));
  expect(requests).toBeGreaterThanOrEqual(REQUESTS);
  expect(requests).toBeLessThan(2 * REQUESTS);
}, 300_000);
