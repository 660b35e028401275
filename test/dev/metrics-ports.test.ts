import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { chooseMetricsPorts, wantedMetricsPorts } from '../../dev/metrics-ports';
import { freePort, LOOPBACK } from '../../harness/ports';

let other: Server;
let busy: number;

beforeAll(async () => {
  other = createServer().listen(0, LOOPBACK);
  await once(other, 'listening');
  busy = (other.address() as AddressInfo).port;
});

afterAll(() => other.close());

function configuration(api: number, worker: number, { workers = 1, isPortSet = false } = {}) {
  const address = (variable: string, port: number) => ({ host: LOOPBACK, port, variable, isPortSet });
  return {
    settings: { workers },
    metrics: { api: address('METRICS_PORT', api), worker: address('WORKER_METRICS_PORT', worker) },
  };
}

const portOf = ({ url }: { url: string }) => Number(new URL(url).port);

test('default ports that are free are used, and the processes need no variable', async () => {
  const [api, worker] = [await freePort(), await freePort()];

  expect(await chooseMetricsPorts(configuration(api, worker), [])).toEqual([
    { name: 'api', url: `http://127.0.0.1:${api}/metrics`, env: {} },
    { name: 'worker', url: `http://127.0.0.1:${worker}/metrics`, env: {} },
  ]);
});

test('a default port that another instance uses is replaced by a free one', async () => {
  const [api, worker] = await chooseMetricsPorts(configuration(busy, busy), []);

  for (const [chosen, variable] of [
    [api, 'METRICS_PORT'],
    [worker, 'WORKER_METRICS_PORT'],
  ] as const) {
    const port = chosen && portOf(chosen);
    expect(port).not.toBe(busy);
    expect(chosen?.env).toEqual({ [variable]: String(port) });
  }
});

test('a default port that is wanted for something else is replaced, too', async () => {
  const [api, worker] = [await freePort(), await freePort()];

  const chosen = await chooseMetricsPorts(configuration(api, worker), [api]);

  expect(chosen.map(portOf)[0]).not.toBe(api);
  expect(chosen.map(portOf)[1]).toBe(worker);
});

test('each worker has its own port, from the one that is set', async () => {
  const set = configuration(20_000, 20_001, { workers: 3, isPortSet: true });

  const chosen = await chooseMetricsPorts(set, []);

  expect(chosen.map(({ name }) => name)).toEqual(['api', 'worker-1', 'worker-2', 'worker-3']);
  expect(chosen.map(portOf)).toEqual([20_000, 20_001, 20_002, 20_003]);
  expect(chosen.map(({ env }) => env)).toEqual([
    {},
    {},
    { WORKER_METRICS_PORT: '20002' },
    { WORKER_METRICS_PORT: '20003' },
  ]);
});

test('only ports that are set must be free', () => {
  const wanted = wantedMetricsPorts(configuration(1, 2, { workers: 2, isPortSet: true }));

  expect(wanted.map(({ variable, port }) => [variable, port])).toEqual([
    ['METRICS_PORT', 1],
    ['WORKER_METRICS_PORT', 2],
    ['WORKER_METRICS_PORT', 3],
  ]);
  expect(wantedMetricsPorts(configuration(1, 2))).toEqual([]);
});

test('metrics that are off have no ports', async () => {
  const off = { settings: { workers: 2 }, metrics: { api: undefined, worker: undefined } };

  expect(await chooseMetricsPorts(off, [])).toEqual([]);
  expect(wantedMetricsPorts(off)).toEqual([]);
});
