import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { freePort, LOOPBACK } from '../harness/ports';
import { usableMetricsAddress } from '../src/metrics-port';

let other: Server;
let busy: number;
let warnings: string[];

beforeAll(async () => {
  other = createServer().listen(0, LOOPBACK);
  await once(other, 'listening');
  busy = (other.address() as AddressInfo).port;
});

afterAll(() => other.close());

beforeEach(() => {
  warnings = [];
});

const use = (port: number, isPortSet: boolean, host = LOOPBACK) =>
  usableMetricsAddress({ host, port, variable: 'METRICS_PORT', isPortSet }, (warning) =>
    warnings.push(warning),
  );

test('a process can listen on a free port', async () => {
  const port = await freePort();

  expect(await use(port, false)).toMatchObject({ host: LOOPBACK, port });
  expect(warnings).toEqual([]);
});

test('a default port in use does not stop a process: it warns and names the variable', async () => {
  expect(await use(busy, false)).toBeUndefined();
  expect(warnings).toEqual([
    `No metrics: another process uses port ${busy}. Set METRICS_PORT to another port or to off`,
  ]);
});

test('a port that is set and in use stops the process', async () => {
  await expect(use(busy, true)).rejects.toThrow(`METRICS_PORT=${busy}`);
});

test('the error about an address of another machine names METRICS_HOST', async () => {
  await expect(use(busy, false, '192.0.2.1')).rejects.toThrow('METRICS_HOST: this machine does not have');
});

test('metrics that are off need no port', async () => {
  expect(await usableMetricsAddress(undefined, (warning) => warnings.push(warning))).toBeUndefined();
});
