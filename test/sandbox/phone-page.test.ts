import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { SmsSandbox } from '../../sandbox';
import { accessibilityFaults, screenshot, startBrowser, watchPage, type PageLog } from '../support/browser';
import { eventually } from '../support/eventually';
import { NEVER_MS, OTHER_PHONE, OUTGOING, PHONE, clientOf, closeAll, startSandbox } from './support';

const TRY_IT_URL = 'http://localhost:3000';
const MOBILE = { viewport: { width: 390, height: 844 } };

let browser: Browser;
/** What the page of the current test loads and reports. */
let log: PageLog;

beforeAll(async () => {
  browser = await startBrowser();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await closeAll();
});
afterAll(() => browser.close());

async function open(sandbox: SmsSandbox, options: BrowserContextOptions = {}, path = '/'): Promise<Page> {
  const context = await browser.newContext({
    baseURL: sandbox.url,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  log = watchPage(page);
  await page.goto(path);
  if (options.javaScriptEnabled !== false) await page.getByText('Live', { exact: true }).waitFor();
  return page;
}

async function send(sandbox: SmsSandbox, fields: Partial<typeof OUTGOING> = {}): Promise<string> {
  return (await clientOf(sandbox).messages.create({ ...OUTGOING, ...fields })).sid;
}

const phone = (page: Page, number = PHONE) => page.locator(`[id="${number}"]`);
const messages = (page: Page, number = PHONE) => phone(page, number).locator('.message');
const failureMenu = (page: Page) => page.locator('.fail summary');
const says = (within: Locator, text: string) => within.filter({ hasText: text }).first().waitFor();
const clipboard = (page: Page) => page.evaluate('navigator.clipboard.readText()');
const focused = (page: Page) => page.evaluate('document.activeElement.className');
const focusedId = (page: Page) => page.evaluate('document.activeElement.id');
/** The numbers of the phones with a ring. */
const outlined = (page: Page) =>
  page.evaluate(
    "[...document.querySelectorAll('.phone')].filter((e) => getComputedStyle(e).outlineStyle !== 'none').map((e) => e.id)",
  );
/** How many lines the text of an element has. */
const lineCount = (page: Page, selector: string) =>
  page.evaluate(`(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(${JSON.stringify(selector)}).firstChild);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  })()`);
/** The choices that are wider than the menu that shows them. */
const cutOptions = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll('select')].flatMap((select) => {
    const style = getComputedStyle(select);
    const context = document.createElement('canvas').getContext('2d');
    context.font = style.font;
    const arrow = 28;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    return [...select.options].filter(({ text }) => context.measureText(text).width > room)
      .map(({ text }) => select.id + ': ' + text);
  })`);
const heard = (page: Page) => page.locator('#announcements p').allTextContents();

/** Keeps the texts of an element that changes, in the page. */
async function recordStatuses(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`
    globalThis.statuses = [];
    new MutationObserver(() => {
      const text = document.querySelector('.status span')?.textContent;
      if (text && text !== statuses.at(-1)) statuses.push(text);
    }).observe(document.getElementById('phones'), { childList: true, subtree: true });
  `);
  return () => page.evaluate('statuses');
}

test('without a message, the page says what to do', async () => {
  const page = await open(await startSandbox({ tryItUrl: TRY_IT_URL }));
  await says(page.locator('#empty'), 'try-it page and enter any number, for example +1 425 555 0123');
  const links = page.getByRole('link', { name: 'try-it page' });
  for (const link of await links.all()) expect(await link.getAttribute('href')).toBe(`${TRY_IT_URL}/`);
});

test('a message arrives by itself, and its status changes by itself', async () => {
  const sandbox = await startSandbox({ statusStepMs: 200 });
  const page = await open(sandbox);
  const statuses = await recordStatuses(page);
  await send(sandbox);
  await says(messages(page), 'Your code is 0068.');
  await says(messages(page), '+1 500 555 0006');
  await says(messages(page), 'Delivered');

  expect(await statuses()).toEqual(['Queued', 'Sent to the carrier', 'Delivered']);
  expect(await page.locator('#empty').isVisible()).toBe(false);
  expect(await page.locator('time').textContent()).toMatch(/^\d+:\d\d:\d\d/);
  expect(await heard(page)).toEqual(['New message to +1 425 555 0123: Your code is 0068.']);
  await screenshot(page, 'phone-one-message');
  expect(log.faults).toEqual([]);
  const origins = new Set(log.requests.map((url) => new URL(url).origin));
  expect([...origins]).toEqual([sandbox.url]);
});

test('the newest message is at the bottom, and the phone with it is first', async () => {
  const sandbox = await startSandbox();
  for (const body of ['one', 'two', 'three', 'four', 'five', 'six']) await send(sandbox, { body });
  await send(sandbox, { to: OTHER_PHONE });
  const page = await open(sandbox);
  const numbers = () => page.locator('.phone h2').allTextContents();
  expect(await numbers()).toEqual(['+1 425 555 0124', '+1 425 555 0123']);

  await send(sandbox, { body: 'seven' });
  await says(messages(page), 'seven');
  expect(await numbers()).toEqual(['+1 425 555 0123', '+1 425 555 0124']);
  expect(await messages(page).locator('.text').allTextContents()).toEqual([
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
  ]);
  const screen = await phone(page).locator('.screen').boundingBox();
  const last = await messages(page).last().boundingBox();
  expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual((screen?.y ?? 0) + (screen?.height ?? 0));
  await screenshot(page, 'phone-two-phones');
});

test('a failure is reported by keyboard, and the page shows it', async () => {
  const sandbox = await startSandbox({ carrierMs: NEVER_MS });
  const page = await open(sandbox);
  await send(sandbox);
  await says(messages(page), 'Sent to the carrier');
  await failureMenu(page).focus();
  await page.keyboard.press('Enter');
  await screenshot(page, 'phone-report-a-failure');
  await page.keyboard.press('Tab');
  await page.keyboard.type('30007');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  await says(messages(page), 'Undelivered: the carrier filtered the message as spam. Error 30007');
  expect(await focused(page)).toContain('message');
  expect((await heard(page)).at(-1)).toMatch(/^Message to \+1 425 555 0123: Undelivered/);
  expect(await messages(page).locator('.copy').count()).toBe(0);
  expect(sandbox.inbox(PHONE)).toEqual([]);
  await screenshot(page, 'phone-undelivered');
  expect(log.faults).toEqual([]);
});

test('an open menu stays open when the status changes', async () => {
  const sandbox = await startSandbox({ statusStepMs: 500, carrierMs: NEVER_MS });
  const page = await open(sandbox);
  await send(sandbox);
  await failureMenu(page).click();
  await page.locator('.fail select').selectOption('30005');
  await says(messages(page), 'Sent to the carrier');
  expect(await page.locator('.fail select').inputValue()).toBe('30005');
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await says(messages(page), 'Error 30005');
});

test('a phone is prepared before its first message, and switched on again', async () => {
  const sandbox = await startSandbox();
  const page = await open(sandbox);
  const number = page.getByLabel('Phone number');
  await number.fill('12');
  await page.keyboard.press('Enter');
  await says(page.getByRole('alert'), 'Enter a number with its country code');
  expect(await number.getAttribute('aria-invalid')).toBe('true');

  await number.fill('+1 425 555 0123');
  await page.keyboard.press('Enter');
  await phone(page).and(page.locator('[data-wanted]')).waitFor();
  expect(await page.getByRole('alert').textContent()).toBe('');
  await says(phone(page), 'No message yet');
  await screenshot(page, 'phone-prepared');
  await send(sandbox);
  await says(messages(page), 'Undelivered: the phone is off or has no signal. Error 30003');
  expect(await phone(page).textContent()).not.toContain('No message yet');

  const answered = page.waitForResponse('/phone/delivery');
  await page.getByLabel('Next messages to +1 425 555 0123').selectOption('arrive');
  await answered;
  await send(sandbox, { body: 'again' });
  await says(messages(page), 'again');
  expect(sandbox.inbox(PHONE)).toHaveLength(1);
  expect(log.faults.filter((fault) => !fault.includes('400'))).toEqual([]);
});

test('one click copies a code, a number or a magic number', async () => {
  const sandbox = await startSandbox({ tryItUrl: TRY_IT_URL });
  await send(sandbox);
  const page = await open(sandbox);
  await page.getByRole('button', { name: 'Copy 0068' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await clipboard(page)).toBe('0068');
  expect(await heard(page)).toEqual(['Copied: 0068']);

  await page.getByRole('button', { name: 'Copy number +1 425 555 0123' }).click();
  await says(page.locator('#announcements p'), `Copied: ${PHONE}`);
  expect(await clipboard(page)).toBe(PHONE);
  for (const magic of ['+15005550001', '+15005550004']) {
    await page
      .getByRole('button', { name: `Copy ${magic}` })
      .first()
      .click();
    await says(page.locator('#announcements p'), `Copied: ${magic}`);
    expect(await clipboard(page)).toBe(magic);
  }
  await says(page.locator('.magic li'), '21610: the recipient has unsubscribed');
});

test('without the clipboard of https pages, copying works as well', async () => {
  const sandbox = await startSandbox();
  await send(sandbox);
  const page = await open(sandbox);
  await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await page.getByRole('button', { name: 'Copy 0068' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  await page.getByLabel('Phone number').focus();
  await page.keyboard.press('Control+V');
  expect(await page.getByLabel('Phone number').inputValue()).toBe('0068');
});

test('a link shows the phone that it names, also if its message comes later', async () => {
  const sandbox = await startSandbox();
  for (let index = 10; index < 22; index += 1) await send(sandbox, { to: `+142555502${index}` });
  const page = await open(sandbox, MOBILE, '/#+14255550210');
  await phone(page, '+14255550210').and(page.locator('[data-wanted]')).waitFor();
  const isInView = 'document.querySelector("[data-wanted]").getBoundingClientRect().bottom < innerHeight';
  await eventually(() => page.evaluate<boolean>(isInView));

  await page.goto(`/#${PHONE}`);
  await says(page.locator('#notice'), `No message to ${PHONE} yet.`);
  await send(sandbox);
  await phone(page).and(page.locator('[data-wanted]')).waitFor();
  expect(await page.locator('#notice').textContent()).toBe('');
  expect(await outlined(page)).toEqual([PHONE]);
  await screenshot(page, 'phone-linked');
});

test('the mark of a linked phone goes away when another phone gets a message', async () => {
  const sandbox = await startSandbox();
  await send(sandbox);
  const page = await open(sandbox, {}, `/#${PHONE}`);
  await phone(page).and(page.locator('[data-wanted]')).waitFor();
  await send(sandbox, { body: 'another one' });
  await says(messages(page), 'another one');
  expect(await outlined(page)).toEqual([PHONE]);

  await send(sandbox, { to: OTHER_PHONE });
  await messages(page, OTHER_PHONE).waitFor();
  expect(await outlined(page)).toEqual([]);
  expect(new URL(page.url()).hash).toBe('');
  await page.reload();
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await outlined(page)).toEqual([]);
  await page.goto(`/#${PHONE}`);
  await phone(page).and(page.locator('[data-wanted]')).waitFor();
});

test('a phone that is wanted, but not there yet, is still shown after messages to other phones', async () => {
  const sandbox = await startSandbox();
  const page = await open(sandbox, {}, `/#${PHONE}`);
  await send(sandbox, { to: OTHER_PHONE });
  await messages(page, OTHER_PHONE).waitFor();
  await says(page.locator('#notice'), `No message to ${PHONE} yet.`);
  await send(sandbox);
  await phone(page).and(page.locator('[data-wanted]')).waitFor();
});

test('a prepared phone gets the focus, also if it is prepared again', async () => {
  const sandbox = await startSandbox();
  await send(sandbox, { to: OTHER_PHONE });
  const page = await open(sandbox);
  for (let times = 1; times <= 2; times += 1) {
    await page.getByLabel('Phone number').fill('+1 425 555 0123');
    await page.keyboard.press('Enter');
    await eventually(async () => (await focusedId(page)) === PHONE);
  }
  await page.getByLabel('Phone number').focus();
  await send(sandbox, { to: OTHER_PHONE });
  await messages(page, OTHER_PHONE).nth(1).waitFor();
  expect(await focusedId(page)).toBe('prepare-number');
});

test.each([
  ['mobile', MOBILE],
  ['desktop', { viewport: { width: 1280, height: 800 } }],
] as const)('the keyboard reaches the form for failures before the phones: %s', async (name, options) => {
  const sandbox = await startSandbox({ tryItUrl: TRY_IT_URL });
  await send(sandbox);
  const page = await open(sandbox, options);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Make a message fail');
  await screenshot(page, `phone-link-to-failures-${name}`);
  await page.keyboard.press('Enter');
  await eventually(async () => (await focusedId(page)) === 'failures');
  await page.keyboard.press('Tab');
  expect(await focusedId(page)).toBe('prepare-number');
});

test.each([375, 320])(
  'on a screen of %i pixels, each number and each choice is on one line',
  async (width) => {
    const sandbox = await startSandbox({ carrierMs: NEVER_MS });
    await send(sandbox);
    const page = await open(sandbox, { viewport: { width, height: 740 } });
    await failureMenu(page).click();
    for (const selector of ['.phone h2', '.phone header button'])
      expect([selector, await lineCount(page, selector)]).toEqual([selector, 1]);
    expect(await page.locator('.phone header button').innerText()).toMatch(/^Copy/);
    const name = await page.locator('.phone h2').boundingBox();
    const button = await page.locator('.phone header button').boundingBox();
    expect(button?.y ?? Infinity).toBeLessThan((name?.y ?? 0) + (name?.height ?? 0));
    expect(await cutOptions(page)).toEqual([]);
    await screenshot(page, `phone-${width}`);
  },
);

test('without JavaScript, nothing is indented by what only the script shows', async () => {
  const page = await open(await startSandbox({ tryItUrl: TRY_IT_URL }), {
    ...MOBILE,
    javaScriptEnabled: false,
  });
  const heading = await page.locator('h1').boundingBox();
  const link = await page.getByRole('link', { name: 'Open the try-it page' }).boundingBox();
  expect(link?.x).toBe(heading?.x);
});

test('after a restart of the sandbox, no message is lost or shown twice', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'phone-page-'));
  try {
    const before = await startSandbox({ dataDir });
    const page = await open(before);
    const sids = [await send(before, { body: 'first' })];
    await says(messages(page), 'first');
    await before.close();
    await says(page.locator('#connection'), 'Connection lost. Trying again…');
    await screenshot(page, 'phone-connection-lost');

    const after = await startSandbox({ dataDir, port: Number(new URL(before.url).port) });
    sids.push(await send(after, { body: 'second' }));
    await says(page.locator('#connection'), 'Live');
    sids.push(await send(after, { body: 'third' }));
    await says(messages(page), 'third');
    const shown = await messages(page).all();
    expect(await Promise.all(shown.map((message) => message.getAttribute('data-sid')))).toEqual(sids);
    expect(await heard(page)).toHaveLength(3);
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

test('without JavaScript, the page shows what there is, and its forms work', async () => {
  const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
  await send(sandbox);
  const page = await open(sandbox, { ...MOBILE, javaScriptEnabled: false });
  await says(messages(page), 'Your code is 0068.');
  await failureMenu(page).click();
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await page.waitForURL(`/#${PHONE}`);
  await page.getByRole('link', { name: 'Reload it' }).click();
  await says(messages(page), 'Undelivered');
  await page.getByLabel('Next messages to').selectOption('30004');
  await page.getByRole('button', { name: 'Set' }).click();
  await page.waitForURL(`/#${PHONE}`);
  expect(await page.getByLabel('Next messages to').inputValue()).toBe('30004');
  expect(await page.locator('[data-copy]:visible').count()).toBe(0);
  await screenshot(page, 'phone-without-javascript');
});

test.each([
  ['mobile', MOBILE],
  ['dark', { ...MOBILE, colorScheme: 'dark' }],
  ['desktop', { viewport: { width: 1280, height: 800 } }],
] as const)('axe finds nothing in any state, and nothing is cut off: %s', async (name, options) => {
  const sandbox = await startSandbox({ tryItUrl: TRY_IT_URL });
  const page = await open(sandbox, options);
  await expectGoodPage(page, `${name}-empty`);

  await page.getByLabel('Phone number').fill('12');
  await page.keyboard.press('Enter');
  await says(page.getByRole('alert'), 'Enter a number with its country code');
  await expectGoodPage(page, `${name}-refused-number`);

  await send(sandbox, { body: 'Your code is 730155. Do not share it.\n@example.com #730155' });
  await says(messages(page), 'Delivered');
  await page.getByRole('button', { name: 'Copy 730155' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  await expectGoodPage(page, `${name}-delivered`);

  sandbox.settings.carrierMs = NEVER_MS;
  await send(sandbox, { to: OTHER_PHONE, body: `A long word: ${'x'.repeat(80)}` });
  await says(messages(page, OTHER_PHONE), 'Sent to the carrier');
  await failureMenu(page).click();
  await page.getByText('Senders that Twilio refuses').click();
  await expectGoodPage(page, `${name}-open-menus`);

  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await says(messages(page, OTHER_PHONE), 'Undelivered');
  await page.getByLabel('Next messages to +1 425 555 0124').selectOption('30004');
  await phone(page, OTHER_PHONE).locator('.delivery[data-version="30004"]').waitFor();
  await page.getByLabel('Phone number').fill('+1 425 555 0125');
  await page.keyboard.press('Enter');
  await says(phone(page, '+14255550125').and(page.locator('[data-wanted]')), 'No message yet');
  await expectGoodPage(page, `${name}-failures`);

  await page.goto('/#+14255550126');
  await says(page.locator('#notice'), 'No message to +14255550126 yet.');
  await sandbox.close();
  await says(page.locator('#connection'), 'Connection lost');
  await expectGoodPage(page, `${name}-connection-lost`);
});

async function expectGoodPage(page: Page, name: string): Promise<void> {
  await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))');
  await screenshot(page, `phone-${name}`);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
}

test('motion stops if the person prefers that', async () => {
  const sandbox = await startSandbox();
  const page = await open(sandbox, { reducedMotion: 'reduce' });
  await send(sandbox);
  await messages(page).waitFor();
  expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  expect(await page.evaluate('getComputedStyle(document.documentElement).scrollBehavior')).toBe('auto');
});
