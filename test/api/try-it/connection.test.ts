import type { Browser, Page, Request, Route } from 'playwright-core';
import { startBrowser } from '../../support/browser';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { eventually, type Service } from '../../support/service';
import {
  codeField,
  enterCode,
  numberField,
  says,
  startOnPage,
  verificationIdOf,
  startPage,
} from '../../support/try-it-page';

// The try-it page while the service is busy, or while something between browser and service fails.

let server: DevServer;
let browser: Browser;
let service: Service;
let page: Page;

beforeAll(async () => {
  server = await connectDevServer();
  browser = await startBrowser();
  service = await startPage({ ...server, policy: { resendIntervalMs: 0 } });
});

beforeEach(async () => {
  page = await browser.newPage({ baseURL: service.app.listeningOrigin });
  await page.goto('/');
});

afterEach(() => page.close());

afterAll(async () => {
  await browser.close();
  await service.stop();
  await server.close();
});

/** Whether the page reads its verification's state. */
const isRead = (request: Request) => request.method() === 'GET' && request.resourceType() === 'fetch';

/** Handles the reads of the page. */
const onRead = (handle: (route: Route) => Promise<void>) =>
  page.route('**/*', (route) => (isRead(route.request()) ? handle(route) : route.fallback()));

/** Answers each read at once, as the service does if too many requests wait already. Counts the reads. */
async function withoutWaits(): Promise<{ count: number }> {
  const reads = { count: 0 };
  await onRead(async (route) => {
    reads.count += 1;
    const { prefer: _, ...headers } = route.request().headers();
    await route.continue({ headers });
  });
  return reads;
}

/** The seconds that the page shows. */
async function secondsLeft(): Promise<number> {
  const [, minutes, seconds] =
    /(\d+):(\d\d) left/.exec((await page.locator('#timer').textContent()) ?? '') ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

test('a service that can not let a read wait gets at most one read a second', async () => {
  const reads = await withoutWaits();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  const [before, since] = [reads.count, Date.now()];
  await eventually(() => reads.count >= before + 4);
  // Three pauses are between four reads.
  expect(Date.now() - since).toBeGreaterThan(2_900);
});

test('the button for a resend keeps the focus while the page updates itself', async () => {
  const reads = await withoutWaits();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  const button = page.getByRole('button', { name: 'Send the code again' });
  await button.focus();
  const before = reads.count;
  await eventually(() => reads.count >= before + 3);
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Send the code again');
});

test('if the button for a resend goes away, its focus moves to the code', async () => {
  await withoutWaits();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  const button = page.getByRole('button', { name: 'Send the code again' });
  await button.focus();
  // Elsewhere, the last resends are used up.
  const id = await verificationIdOf(page);
  for (let resends = 1; resends <= 2; resends++) {
    await eventually(async () => !(await service.verifications.get(id)).messageInFlight);
    await service.verifications.resend(id);
  }
  await button.waitFor({ state: 'detached' });
  expect(await page.evaluate('document.activeElement.id')).toBe('code');
});

test('an error page of a proxy changes nothing, and the page goes on', async () => {
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  let errors = 0;
  await onRead(async (route) => {
    errors += 1;
    const body = '<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>';
    if (errors <= 2) await route.fulfill({ status: 502, contentType: 'text/html', body });
    else await route.fallback();
  });
  await page.route('**/try-it/check', (route) => route.fulfill({ status: 502, contentType: 'text/html' }));
  await enterCode(page, '0000');
  await says(page, 'The service could not be reached.');
  await eventually(() => errors >= 2);
  expect(await page.title()).toMatch(/^Enter the code/);
  await codeField(page).waitFor();

  await service.verifications.cancel(await verificationIdOf(page));
  await says(page, 'Canceled');
});

test('the time goes on after a form that could not be sent', async () => {
  await page.clock.install();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  await page.route('**/try-it/check', (route) => route.abort());
  await enterCode(page, '0000');
  await says(page, 'The service could not be reached.');
  const before = await secondsLeft();
  await page.clock.runFor(30_000);
  expect(await secondsLeft()).toBeLessThanOrEqual(before - 29);
});

test('a form that is never answered can be sent again', async () => {
  const { code } = await startOnPage(page, service);
  await says(page, '4 attempts left');
  await page.evaluate(`
    globalThis.timeout = AbortSignal.timeout;
    const isReading = () => document.querySelector('main').dataset.screen === 'code';
    AbortSignal.timeout = (ms) => timeout.call(AbortSignal, isReading() ? ms / 100 : ms);
  `);
  await page.route('**/try-it/check', () => {}, { times: 1 });
  await enterCode(page, code);
  await says(page, 'The service could not be reached.');
  await page.evaluate('AbortSignal.timeout = timeout');
  await page.keyboard.press('Enter');
  await says(page, 'Verified');
});

test('after a form that could not be sent, a number is formatted once for each key', async () => {
  await page.route('**/try-it/start', (route) => route.abort());
  await numberField(page).fill('+1425');
  await page.keyboard.press('Enter');
  await says(page, 'The service could not be reached.');
  await page.evaluate(`
    globalThis.formatted = 0;
    const { AsYouType } = libphonenumber;
    libphonenumber = { AsYouType: function () { formatted += 1; return new AsYouType(); } };
  `);
  await numberField(page).press('End');
  await page.keyboard.type('555');
  expect(await page.evaluate('formatted')).toBe(3);
});

test('15 seconds before the end, the page stops offering to send the code again', async () => {
  await page.clock.install();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  const button = page.getByRole('button', { name: 'Send the code again' });
  await button.focus();
  await page.clock.runFor(70_000);
  expect(await button.isVisible()).toBe(true);
  await page.clock.runFor(6_000);
  expect(await secondsLeft()).toBeGreaterThan(10);
  expect(await button.isVisible()).toBe(false);
  expect(await page.evaluate('document.activeElement.id')).toBe('code');
});

test('a read that is never answered does not stop the page', async () => {
  await page.evaluate(`
    globalThis.timeout = AbortSignal.timeout;
    const isReading = () => document.querySelector('main').dataset.screen === 'code';
    AbortSignal.timeout = (ms) => timeout.call(AbortSignal, isReading() ? ms / 100 : ms);
  `);
  let isHeld = false;
  await onRead(async (route) => {
    if (isHeld) return route.fallback();
    isHeld = true;
  });
  await startOnPage(page, service);
  await eventually(() => isHeld);
  await page.evaluate('AbortSignal.timeout = timeout');
  await service.verifications.cancel(await verificationIdOf(page));
  await says(page, 'Canceled');
});
