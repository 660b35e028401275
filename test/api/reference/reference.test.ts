import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { LOOPBACK } from '../../../harness/ports';
import { screenshot, startBrowser, watchPage } from '../../support/browser';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { openApiDocument } from '../../support/openapi';
import { startReverseProxy, type ReverseProxy } from '../../support/reverse-proxy';
import { API_KEYS, startService, type Service } from '../../support/service';

/** Below Jest's own limit, so that the error that a test shows says what it waited for. */
const PAGE_LIMIT_MS = 40_000;

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, withWorker: false });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

const get = (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers });

describe('GET /docs', () => {
  test('is a page that may load nothing from elsewhere', async () => {
    const { statusCode, headers, body } = await get('/docs');

    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none';script-src 'self';style-src 'unsafe-inline';connect-src 'self';img-src data:;" +
        "base-uri 'none';form-action 'none';frame-ancestors 'none'",
    });
    expect(body).not.toMatch(/https?:|\/\//);
  });

  test('leaves the policy of the other answers as strict as it was', async () => {
    for (const url of ['/docs/scalar.js', '/openapi.json', '/healthz', '/docs/unknown'])
      expect((await get(url)).headers['content-security-policy']).toBe(
        "default-src 'none';frame-ancestors 'none'",
      );
  });

  test.each(['/docs', '/docs/', '/docs/?from=readme'])('names its scripts relative to %s', async (url) => {
    const { body } = await get(url);
    const scripts = [...body.matchAll(/<script src="([^"]*)"/g)].map(([, src = '']) => src);

    expect(scripts).toHaveLength(2);
    for (const script of scripts) {
      const { pathname } = new URL(script, `https://verify.example.com${url}`);
      const answer = await get(pathname);
      expect([pathname, answer.statusCode, answer.headers['content-type']]).toEqual([
        expect.stringMatching(/^\/docs\//),
        200,
        'text/javascript; charset=utf-8',
      ]);
    }
  });

  test('sends Scalar compressed to those who accept it, and lets them keep it', async () => {
    const plain = await get('/docs/scalar.js');
    const compressed = await get('/docs/scalar.js', { 'accept-encoding': 'gzip, br' });

    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(compressed.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'accept-encoding',
      'cache-control': 'public, max-age=3600',
    });
    expect(gunzipSync(compressed.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect(compressed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
  });

  test.each([
    ['gzip;q=0, identity', undefined],
    ['identity, gzip ; q=0.00', undefined],
    ['GZIP;q=0.5', 'gzip'],
    ['gzip;q=0.01', 'gzip'],
  ])('with "Accept-Encoding: %s", Scalar has the encoding %s', async (accepted, encoding) => {
    const { headers } = await get('/docs/scalar.js', { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(encoding);
  });

  test.each(['/docs', '/docs/scalar.js', '/docs/start.js'])('answers 405 to a POST to %s', async (url) => {
    const response = await service.app.inject({ method: 'POST', url });

    expect(response.statusCode).toBe(405);
    expect(response.headers['allow']).toBe('GET, HEAD');
    expect(response.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  test('answers 404 to other paths below it', async () => {
    expect((await get('/docs/index.html')).json()).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('in a browser', () => {
  let proxy: ReverseProxy;
  let browser: Browser;

  beforeAll(async () => {
    await service.app.listen({ host: LOOPBACK, port: 0 });
    // A path before ours, as with a PUBLIC_URL that has one.
    const { port } = service.app.server.address() as AddressInfo;
    proxy = await startReverseProxy(port, { prefix: '/phone' });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    proxy.stop();
  });

  test('shows the operations, and asks nobody but this service', async () => {
    const { paths } = await openApiDocument(service.app);
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    const shown = operations.filter(({ tags }) => tags?.includes('Verifications') === true);
    const summaries = shown.map(({ summary }) => summary ?? '');
    const { page, faults, requests } = await openPage({ width: 390, height: 844 });

    await page.goto(`${proxy.url}/docs`);
    for (const text of summaries) await page.getByText(text).first().waitFor({ state: 'attached' });
    const width = await page.evaluate('document.documentElement.scrollWidth');
    await screenshot(page, 'reference-phone');

    expect(summaries).toHaveLength(6);
    expect(width).toBe(390);
    expect(faults).toEqual([]);
    expect(requests.toSorted()).toEqual(
      ['docs', 'docs/scalar.js', 'docs/start.js', 'openapi.json'].map((file) => `${proxy.url}/${file}`),
    );
  });

  test('says why it shows nothing if the document can not be read', async () => {
    const { page } = await openPage({ width: 1280, height: 900 });
    const body = JSON.stringify({ title: 'Service Unavailable' });
    await page.route('**/openapi.json', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body }),
    );

    await page.goto(`${proxy.url}/docs`);
    await page.getByText('The API reference cannot be shown: ').waitFor();

    expect(await page.locator('#app').textContent()).toBe(
      `The API reference cannot be shown: ${proxy.url}/openapi.json answered 503`,
    );
  });

  test('shows a body that is a JSON string with its quotes', async () => {
    const { page, faults } = await openPage({ width: 1280, height: 900 });

    await page.goto(`${proxy.url}/docs#tag/durable-functions/POST/orchestrators/{name}`);
    await page.getByText(`--data '"+14255550123"'`).first().waitFor();

    expect(faults).toEqual([]);
  });

  test('starts a verification with a pasted API key', async () => {
    const { page, faults, requests } = await openPage({ width: 1280, height: 900 });
    await page.goto(`${proxy.url}/docs`);

    await page.getByLabel('Bearer Token').first().fill(API_KEYS[0]);
    await page.getByRole('button', { name: 'Test Request (post /verifications)' }).click();
    const [answer] = await Promise.all([
      page.waitForResponse(`${proxy.url}/verifications`),
      page.getByRole('button', { name: 'Send post request' }).click(),
    ]);

    expect(answer.status()).toBe(202);
    expect(faults).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(`${proxy.url}/`))).toEqual([]);
    const kept = await page.evaluate(
      '[...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie]',
    );
    expect(kept).toEqual(['']);
  });

  /** `faults`: the errors in the console, also those of the page's policy. */
  async function openPage(viewport: { width: number; height: number }) {
    const page = await browser.newPage({ viewport });
    page.setDefaultTimeout(PAGE_LIMIT_MS);
    return { page, ...watchPage(page) };
  }
});
