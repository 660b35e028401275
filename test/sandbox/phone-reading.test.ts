import type { Browser } from 'playwright-core';
import type { SmsSandbox } from '../../sandbox';
import { doubleTextSize, screenshot, startBrowser, styleOf } from '../support/browser';
import { OUTGOING, clientOf, closeAll, startSandbox } from './support';

// Whether a message can be read in other languages, and with the colors and the text size that a person has chosen.

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await closeAll();
});
afterAll(() => browser.close());

async function send(sandbox: SmsSandbox, body: string): Promise<void> {
  await clientOf(sandbox).messages.create({ ...OUTGOING, body });
}

test.each(['light', 'dark'] as const)(
  'the code has the color of the text with forced colors: %s',
  async (colorScheme) => {
    const sandbox = await startSandbox();
    await send(sandbox, 'Your code is 2168.');
    const page = await browser.newPage({ forcedColors: 'active', colorScheme });
    await page.goto(sandbox.url);
    await page.locator('mark').waitFor();
    expect(await styleOf(page, 'mark', 'color')).toBe(await styleOf(page, '.text', 'color'));
  },
);

test.each([
  ['Your code is 2168.', 'ltr'],
  ['رمز التحقق هو 2168. لا تشاركه مع أحد.', 'rtl'],
  ['קוד האימות שלך הוא 2168!', 'rtl'],
])('a message reads in the direction of its language: %s', async (body, direction) => {
  const sandbox = await startSandbox();
  await send(sandbox, body);
  const page = await browser.newPage();
  await page.goto(sandbox.url);
  expect(await styleOf(page, '.text', 'direction')).toBe(direction);
});

test('with text of twice the size, nothing is cut off on a narrow screen', async () => {
  const sandbox = await startSandbox();
  await send(sandbox, 'Your code is 2168.');
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await page.goto(sandbox.url);
  await page.locator('.message').waitFor();
  await doubleTextSize(page);
  expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
  await screenshot(page, 'phone-large-text');
});
