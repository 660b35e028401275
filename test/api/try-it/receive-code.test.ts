import type { Browser, Page } from 'playwright-core';
import { startBrowser, watchPage, type PageLog } from '../../support/browser';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { receivedCode, uniquePhoneNumber, type Service } from '../../support/service';
import { startPage } from '../../support/try-it-page';

// A browser without SMS can't offer a code. So the tests replace what the page calls, before its scripts run.
const WEB_OTP = `
  globalThis.OTPCredential = class { constructor(code) { this.code = code; } };
  globalThis.requests = [];
  navigator.credentials.get = (options) => new Promise((resolve, reject) => {
    requests.push({ options, resolve, reject });
    options.signal.addEventListener('abort', () => reject(options.signal.reason));
  });
`;
const NO_WEB_OTP = `${WEB_OTP} delete globalThis.OTPCredential;`;
const NO_CREDENTIALS = `${WEB_OTP} Object.defineProperty(navigator, 'credentials', { value: undefined });`;

let server: DevServer;
let browser: Browser;
let service: Service;
let log: PageLog;

beforeAll(async () => {
  server = await connectDevServer();
  browser = await startBrowser();
  service = await startPage(server);
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser.close();
  await service.stop();
  await server.close();
});

const codeField = (page: Page) => page.locator('#code');
const says = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();
const requestCount = (page: Page) => page.evaluate('requests.length');

/** Starts a verification in a browser with this WebOTP, and waits for its message. */
async function startOnPage(webOtp: string): Promise<{ page: Page; code: string }> {
  const context = await browser.newContext();
  await context.addInitScript(webOtp);
  const page = await context.newPage();
  log = watchPage(page);
  await page.goto(service.app.listeningOrigin);
  const phoneNumber = uniquePhoneNumber();
  await page.locator('input[type=tel]').fill(phoneNumber);
  await page.keyboard.press('Enter');
  await says(page, '4 attempts left');
  return { page, code: await receivedCode(service.sandbox, phoneNumber) };
}

test('the code that the browser offers is filled in and checked', async () => {
  const { page, code } = await startOnPage(WEB_OTP);
  const filled: string[] = [];
  await page.route('**/try-it/check', async (route) => {
    filled.push(await codeField(page).inputValue());
    await route.continue();
  });
  const requested =
    'requests.map(({ options: { signal, ...rest } }) => [rest, signal.constructor.name, signal.aborted])';
  const [last, ...earlier] = (await page.evaluate<unknown[]>(requested)).toReversed();
  expect(last).toEqual([{ otp: { transport: ['sms'] } }, 'AbortSignal', false]);
  for (const request of earlier) expect(request).toEqual([expect.anything(), 'AbortSignal', true]);

  await page.evaluate(`requests.at(-1).resolve(new OTPCredential('${code}'))`);

  await says(page, 'Verified');
  expect(filled).toEqual([code]);
  expect(await page.evaluate('requests.every(({ options }) => options.signal.aborted)')).toBe(true);
  expect(log.faults).toEqual([]);
});

test.each([
  ['rejects', "reject(new DOMException('No code', 'NotAllowedError'))"],
  ['offers nothing', 'resolve(null)'],
])('if the browser %s, what the person types stays, and is checked', async (_name, outcome) => {
  const { page, code } = await startOnPage(WEB_OTP);
  await codeField(page).pressSequentially(code.slice(0, 2));
  const requests = await requestCount(page);

  await page.evaluate(`requests.at(-1).${outcome}`);

  expect(await codeField(page).inputValue()).toBe(code.slice(0, 2));
  await page.keyboard.type(code.slice(2));
  expect(await requestCount(page)).toBe(requests);
  await page.keyboard.press('Enter');
  await says(page, 'Verified');
  expect(log.faults).toEqual([]);
});

test.each([
  ['WebOTP', NO_WEB_OTP],
  ['credentials', NO_CREDENTIALS],
])('in a browser without %s, the code is typed', async (_name, webOtp) => {
  const { page, code } = await startOnPage(webOtp);
  expect(await requestCount(page)).toBe(0);
  await codeField(page).fill(code);
  await page.keyboard.press('Enter');
  await says(page, 'Verified');
  expect(log.faults).toEqual([]);
});
