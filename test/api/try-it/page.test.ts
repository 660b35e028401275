import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import {
  accessibilityFaults,
  screenshot,
  startBrowser,
  watchPage,
  type PageLog,
} from '../../support/browser';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { eventually, receivedCode, uniquePhoneNumber, type Service } from '../../support/service';
import {
  codeField,
  enterCode,
  focused,
  numberField,
  says,
  startOnPage,
  statusOf,
  verificationIdOf,
  startPage,
} from '../../support/try-it-page';

let server: DevServer;
let browser: Browser;
/** Its window is 90 seconds, and a resend needs no wait. */
let service: Service;
/** Its window is 3 seconds. */
let quickService: Service;
/** What the page that was opened last loaded and reported. */
let log: PageLog;

beforeAll(async () => {
  server = await connectDevServer();
  browser = await startBrowser();
  service = await startPage({ ...server, policy: { resendIntervalMs: 0 } });
  quickService = await startPage({ ...server, policy: { windowMs: 3_000 } });
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser.close();
  await service.stop();
  await quickService.stop();
  await server.close();
});

async function open(options: BrowserContextOptions = {}, { app } = service): Promise<Page> {
  const context = await browser.newContext({ baseURL: app.listeningOrigin, ...options });
  const page = await context.newPage();
  log = watchPage(page);
  await page.goto('/');
  return page;
}

test('a number is verified by keyboard alone, and the focus moves to what is new', async () => {
  const page = await open();
  expect(await focused(page)).toBe('phone-number');
  await screenshot(page, 'try-it-number');
  const phoneNumber = uniquePhoneNumber();
  await page.keyboard.type(phoneNumber);
  expect(await numberField(page).inputValue()).toMatch(/^\+1 425 \d{3} \d{4}$/);
  expect(await page.locator('#country').textContent()).toBe('Country: United States');
  await page.keyboard.press('Enter');

  await codeField(page).waitFor();
  expect(await focused(page)).toBe('code');
  await says(page, '4 attempts left');
  const code = await receivedCode(service.sandbox, phoneNumber);
  await screenshot(page, 'try-it-code');
  await page.keyboard.type(`${code.slice(0, 2)} - ${code.slice(2)}`);
  await page.keyboard.press('Enter');

  await says(page, 'Verified');
  expect(await focused(page)).toBe('heading');
  await screenshot(page, 'try-it-verified');
  await page.reload();
  await says(page, 'Verified');

  expect(log.faults).toEqual([]);
  const origins = new Set(log.requests.map((url) => new URL(url).origin));
  expect([...origins]).toEqual([service.app.listeningOrigin]);
});

test('a wrong code takes one attempt, and the last one ends the verification', async () => {
  const page = await open();
  const { wrongCode } = await startOnPage(page, service);
  for (const left of ['3 attempts left', '2 attempts left', '1 attempt left']) {
    await enterCode(page, wrongCode);
    await says(page, `That code is not right. ${left}.`);
    expect(await focused(page)).toBe('code');
    expect(await codeField(page).inputValue()).toBe('');
  }
  await screenshot(page, 'try-it-wrong-code');
  await enterCode(page, wrongCode);
  await says(page, 'Too many attempts');
  await expectGoodScreen(page, 'too-many-attempts');
});

test('text that is no code takes no attempt', async () => {
  const page = await open();
  const { code } = await startOnPage(page, service);
  await enterCode(page, 'abcd');
  await says(page, 'No attempt was used');
  await enterCode(page, `${code}0`);
  await says(page, 'The code has 4 digits. No attempt was used.');
  // The sentence is the same as before. The answer also empties the field.
  await eventually(async () => (await codeField(page).inputValue()) === '');
  await enterCode(page, code);
  await says(page, 'Verified');
});

test('the code is sent again on request, which takes no attempt', async () => {
  const page = await open();
  const { phoneNumber } = await startOnPage(page, service);
  await says(page, '4 attempts left');
  await page.getByRole('button', { name: 'Send the code again' }).click();
  await eventually(() => service.sandbox.inbox(phoneNumber).length === 2);
  await says(page, 'We sent the code again. 4 attempts left.');
  await expectGoodScreen(page, 'resent');
});

test('the page shows by itself that the time is up', async () => {
  const page = await open({}, quickService);
  // The window opens when the page already waits for the code.
  const hold = quickService.sandbox.hold('recorded');
  await startOnPage(page, quickService);
  hold.release();
  await says(page, 'Expired');
  expect(await focused(page)).toBe('heading');
  await expectGoodScreen(page, 'expired');
});

test('the time runs down each second; a screen reader hears it at 60, 30 and 10 seconds', async () => {
  const page = await open();
  await page.clock.install();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  const heard: string[] = [];
  for (let second = 0; second < 89; second++) {
    await page.clock.runFor(1_000);
    const text = await page.locator('#reminder').textContent();
    if (text && text !== heard.at(-1)) heard.push(text);
  }
  expect(heard).toEqual(['60 seconds left.', '30 seconds left.', '10 seconds left.']);
  expect(await page.locator('#timer').textContent()).toMatch(/0:0[0-2] left/);
});

test('the page says why no message arrived', async () => {
  const page = await open();
  // One of Twilio's magic numbers: not a valid mobile number.
  await numberField(page).fill('+15005550001');
  await page.keyboard.press('Enter');
  await says(page, 'The message could not be delivered.');
  expect(await statusOf(page).textContent()).not.toContain('undefined');
  await expectGoodScreen(page, 'undeliverable');
});

test('a verification that the API cancels ends on the page, too', async () => {
  const page = await open();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  await service.verifications.cancel(await verificationIdOf(page));
  await says(page, 'Canceled');
  await expectGoodScreen(page, 'canceled');
  await page.getByRole('button').click();
  await numberField(page).waitFor();
  expect(await focused(page)).toBe('phone-number');
});

test('a tab shows the verification that another tab of the browser started', async () => {
  const page = await open();
  const other = await page.context().newPage();
  await other.goto('/');
  const phoneNumber = uniquePhoneNumber();
  // While a message is in flight, the page reads the state each second.
  const hold = service.sandbox.hold('received', phoneNumber);
  await numberField(page).fill(phoneNumber);
  await page.keyboard.press('Enter');
  await codeField(page).waitFor();

  const { code } = await startOnPage(other, service);
  await says(page, 'We sent a message with the code');
  await enterCode(page, code);
  await says(page, 'Verified');
  hold.release();
});

test('a number that is refused stays in the field, with a sentence that says what to do', async () => {
  const page = await open();
  await numberField(page).fill('12');
  await page.keyboard.press('Enter');
  await says(page, 'Enter a mobile number with its country code');
  expect(await numberField(page).inputValue()).toBe('12');
  expect(await numberField(page).getAttribute('aria-invalid')).toBe('true');
  await expectGoodScreen(page, 'refused-number');
});

test('without a worker, the page waits, and later says that the service is not available', async () => {
  const withoutWorker = await startPage({ ...server, withWorker: false });
  const page = await open({}, withoutWorker);
  await numberField(page).fill(uniquePhoneNumber());
  await page.keyboard.press('Enter');
  await says(page, 'Your code is being sent.');
  await expectGoodScreen(page, 'waiting');
  await page.goto('/');
  await says(page, 'The service is not available at the moment. Try again.');
  await expectGoodScreen(page, 'not-available');
  await withoutWorker.stop();
});

test('a check that no worker answered can be repeated as soon as there is a worker', async () => {
  const restarted = await startPage(server);
  const page = await open({}, restarted);
  const { code } = await startOnPage(page, restarted);
  await says(page, '4 attempts left');
  await restarted.stopWorker();
  await enterCode(page, code);
  await says(page, 'Checking the same code again does not use another attempt.');
  await expectGoodScreen(page, 'check-not-answered');
  await restarted.startWorker();
  await page.getByRole('button', { name: 'Check the code again' }).click();
  await says(page, 'Verified');
  await restarted.stop();
});

test('without JavaScript, the same forms start and check', async () => {
  const page = await open({ javaScriptEnabled: false });
  const { code, wrongCode } = await startOnPage(page, service);
  await page.getByRole('link', { name: 'Reload it' }).click();
  await screenshot(page, 'try-it-without-javascript');
  expect(await page.locator('#timer').textContent()).toMatch(
    /UTC, \d\d seconds after this page was loaded\./,
  );
  await enterCode(page, wrongCode);
  await says(page, 'That code is not right. 3 attempts left.');
  await enterCode(page, code);
  await says(page, 'Verified');
  await page.getByRole('button').click();
  await numberField(page).waitFor();
});

test.each([
  ['narrow', { viewport: { width: 320, height: 568 } }],
  ['phone', { viewport: { width: 390, height: 844 } }],
  ['dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ['desktop', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
] as const)('axe finds nothing on any screen, and nothing is cut off: %s', async (name, options) => {
  const page = await open(options);
  await expectGoodScreen(page, `${name}-number`);
  const { wrongCode, code } = await startOnPage(page, service);
  await says(page, '4 attempts left');
  await expectGoodScreen(page, `${name}-code`);
  await enterCode(page, wrongCode);
  await says(page, '3 attempts left');
  await expectGoodScreen(page, `${name}-wrong-code`);
  await enterCode(page, code);
  await says(page, 'Verified');
  await expectGoodScreen(page, `${name}-verified`);
});

async function expectGoodScreen(page: Page, name: string): Promise<void> {
  await screenshot(page, `try-it-${name}`);
  expect(await accessibilityFaults(page)).toEqual([]);
  const isCutOff = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
  expect(isCutOff).toBe(false);
}

test('motion stops if the person prefers that', async () => {
  const page = await open({ reducedMotion: 'reduce' });
  // Every motion must be in a media query: `*` does not match the moving part of <progress>.
  const moving = await page.evaluate(
    '[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])' +
      '.filter(({ style }) => style?.transition || style?.animation).map(({ selectorText }) => selectorText)',
  );
  expect(moving).toEqual([]);
});
