import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { contrastOf, screenshot, startBrowser } from '../../support/browser';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { uniquePhoneNumber, type Service } from '../../support/service';
import {
  codeField,
  enterCode,
  focused,
  numberField,
  says,
  startOnPage,
  verificationIdOf,
  PHONE_PAGE,
  startPage,
} from '../../support/try-it-page';

// What the try-it page tells a person about what the person did.

let server: DevServer;
let browser: Browser;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  browser = await startBrowser();
  service = await startPage({ ...server, policy: { resendIntervalMs: 0 } });
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser.close();
  await service.stop();
  await server.close();
});

async function open(options: BrowserContextOptions = {}, { app } = service): Promise<Page> {
  const context = await browser.newContext({ baseURL: app.listeningOrigin, ...options });
  const page = await context.newPage();
  await page.goto('/');
  return page;
}

/** Lets the page wait for the answer to its next form. Call the result to go on. */
async function holdForm(page: Page, name: string): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(`**/try-it/${name}`, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

/** The sentence that everybody sees. */
const sentenceOf = (page: Page) => page.locator('#sentence').textContent();
const ringOf = (page: Page) => page.evaluate('getComputedStyle(document.activeElement).outlineColor');
const barOf = (page: Page) => page.evaluate('getComputedStyle(document.querySelector("#status")).boxShadow');

test.each(['light', 'dark'] as const)(
  'a button says that its form is being sent, in readable text: %s',
  async (colorScheme) => {
    const page = await open({ colorScheme });
    const sendNumber = await holdForm(page, 'start');
    const phoneNumber = uniquePhoneNumber();
    await numberField(page).fill(phoneNumber);
    await page.keyboard.press('Enter');
    const sending = page.getByRole('button', { name: 'Sending…' });
    await sending.waitFor();
    expect(await sending.getAttribute('aria-disabled')).toBe('true');
    expect(await contrastOf(page, '#content button')).toBeGreaterThanOrEqual(4.5);
    await screenshot(page, `try-it-sending-${colorScheme}`);
    sendNumber();

    await codeField(page).waitFor();
    const sendCode = await holdForm(page, 'check');
    await enterCode(page, 'abcd');
    const checking = page.getByRole('button', { name: 'Checking…' });
    await checking.waitFor();
    expect(await contrastOf(page, '#content button')).toBeGreaterThanOrEqual(4.5);
    sendCode();
    await page.getByRole('button', { name: 'Check the code' }).waitFor();
  },
);

test('a screen reader hears that a form is being sent, if that takes longer than a second', async () => {
  const page = await open();
  const sendNumber = await holdForm(page, 'start');
  await numberField(page).fill(uniquePhoneNumber());
  await page.keyboard.press('Enter');
  await page.locator('[role=status] #reminder').filter({ hasText: 'Sending…' }).waitFor();
  sendNumber();
  await codeField(page).waitFor();
  expect(await page.locator('#reminder').textContent()).toBe('');
});

test('a button has its text again after a form that could not be sent', async () => {
  const page = await open();
  await page.route('**/try-it/start', (route) => route.abort());
  await numberField(page).fill(uniquePhoneNumber());
  await page.keyboard.press('Enter');
  await says(page, 'The service could not be reached.');
  await page.getByRole('button', { name: 'Send the code' }).waitFor();
});

test('the reminder of the time that is left is for screen readers only', async () => {
  const page = await open();
  await page.clock.install();
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  await page.clock.runFor(61_000);
  expect(await page.locator('#reminder').textContent()).toMatch(/seconds left/);
  const { width = 9, height = 9 } = (await page.locator('#reminder').boundingBox()) ?? {};
  expect([width, height]).toEqual([1, 1]);
  expect(await page.locator('[role=status] #reminder').count()).toBe(1);
});

// These three mostly wait for time-outs, so they run side by side. Each has its own pages and stops only its own service.
test.concurrent(
  'an accepted start without a worker waits, and leads to the code as soon as there is one',
  async () => {
    const idle = await startPage({ ...server, withWorker: false });
    const page = await open({}, idle);
    await numberField(page).fill(uniquePhoneNumber());
    await page.keyboard.press('Enter');
    await says(page, 'Your code is being sent. This can take a while.');
    expect(await barOf(page)).toBe('none');
    await screenshot(page, 'try-it-waiting');
    await page.reload();
    await says(page, 'Your code is being sent.');

    await idle.startWorker();
    await says(page, '4 attempts left');
    expect(await focused(page)).toBe('code');
    expect(new URL(page.url()).search).toBe('');
    await idle.stop();
  },
);

test.concurrent(
  'an accepted start without a worker can be left, and waits without JavaScript, too',
  async () => {
    const idle = await startPage({ ...server, withWorker: false });
    const page = await open({ javaScriptEnabled: false }, idle);
    await numberField(page).fill(uniquePhoneNumber());
    await page.keyboard.press('Enter');
    await says(page, 'Your code is being sent.');
    await page.getByRole('link', { name: 'Reload it' }).click();
    await says(page, 'Your code is being sent.');
    await page.getByRole('button', { name: 'Use another number' }).click();
    await numberField(page).waitFor();
    await idle.stop();
  },
);

test.concurrent('an error screen has the same mark as a refused form', async () => {
  const page = await open();
  await numberField(page).fill('12');
  await page.keyboard.press('Enter');
  await says(page, 'Enter a mobile number');
  const bar = await barOf(page);
  expect(bar).toContain('inset');

  const stopped = await startPage({ ...server, policy: { resendIntervalMs: 0 } });
  const other = await open({}, stopped);
  const { wrongCode } = await startOnPage(other, stopped);
  await stopped.stopWorker();
  await enterCode(other, wrongCode);
  await says(other, 'Checking the same code again');
  expect(await barOf(other)).toBe(bar);
  await other.reload();
  await says(other, 'The service is not available at the moment. Try again.');
  expect(await barOf(other)).toBe(bar);
  await screenshot(other, 'try-it-error');
  await stopped.stop();
});

test('the result is said once, and its text adds to the heading', async () => {
  const page = await open();
  const { phoneNumber, code } = await startOnPage(page, service);
  await enterCode(page, code);
  await says(page, 'Verified. The number');
  expect(await page.locator('h1').textContent()).toBe('Verified');
  expect(await sentenceOf(page)).toMatch(/^The number [+\d\s]+ is yours\.$/);
  expect(await page.locator('#outcome').boundingBox()).toMatchObject({ width: 1, height: 1 });
  const phoneLink = page.getByRole('link', { name: 'Open the phone' });
  expect(await phoneLink.getAttribute('href')).toBe(`${PHONE_PAGE}/#${phoneNumber}`);
});

test('a canceled verification says it once, and the first screen links to the phone without a number', async () => {
  const page = await open();
  const phoneLink = page.getByRole('link', { name: 'Open the phone' });
  expect(await phoneLink.getAttribute('href')).toBe(`${PHONE_PAGE}/`);
  await startOnPage(page, service);
  await service.verifications.cancel(await verificationIdOf(page));
  await says(page, 'Canceled.');
  expect(await sentenceOf(page)).toBe('This verification was stopped.');
});

test('the hint says how to write the number, and the country of the number', async () => {
  const page = await open();
  const hint = page.locator('#number-hint');
  expect((await hint.textContent())?.trim()).toBe('Start with + and the country code.');
  const button = page.getByRole('button', { name: 'Send the code' });
  const top = async () => Math.round((await button.boundingBox())?.y ?? 0);
  const before = await top();
  await numberField(page).pressSequentially('+49');
  expect(await hint.textContent()).toBe('Start with + and the country code. Country: Germany');
  expect(await top()).toBe(before);
});

test.each(['00491701234596', '00 49 170 1234596', '(0049) 170 1234596'])(
  'a number with 00 in place of + is refused with a sentence about that: %s',
  async (text) => {
    const page = await open();
    await numberField(page).fill(text);
    await page.keyboard.press('Enter');
    await says(page, 'Write + in place of 00, for example +1 425 555 0123.');
  },
);

test('a refused field looks different from others, also with the focus', async () => {
  const page = await open();
  expect(await focused(page)).toBe('phone-number');
  const ring = await ringOf(page);
  await numberField(page).fill('12');
  await page.keyboard.press('Enter');
  await says(page, 'Enter a mobile number with its country code');
  expect(await focused(page)).toBe('phone-number');
  expect(await ringOf(page)).not.toBe(ring);
  await screenshot(page, 'try-it-invalid-number');
});

test.each(['abcd', '123', '12345678901'])(
  'text that is no code keeps the attempts in sight: %s',
  async (text) => {
    const page = await open();
    await startOnPage(page, service);
    await enterCode(page, text);
    await says(page, 'No attempt was used');
    expect(await sentenceOf(page)).toBe('The code has 4 digits. No attempt was used. 4 attempts left.');
  },
);
