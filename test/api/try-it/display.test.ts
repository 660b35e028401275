import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { doubleTextSize, screenshot, startBrowser, styleOf } from '../../support/browser';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import type { Service } from '../../support/service';
import { codeField, numberField, says, startOnPage, startPage } from '../../support/try-it-page';

// The try-it page with the colors that a person has chosen, and on narrow screens.

let server: DevServer;
let browser: Browser;
let service: Service;

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

async function open(options: BrowserContextOptions): Promise<Page> {
  const page = await browser.newPage({ baseURL: service.app.listeningOrigin, ...options });
  await page.goto('/');
  return page;
}

/** What the bar looks like with so many seconds left. */
async function pictureOfTime(page: Page, seconds: number): Promise<Buffer> {
  await page.evaluate(`document.querySelector('progress').value = ${seconds}`);
  return page.locator('progress').screenshot({ animations: 'disabled' });
}

test.each(['light', 'dark'] as const)(
  'with forced colors, what was refused and the time that is left can be seen: %s',
  async (colorScheme) => {
    const page = await open({ forcedColors: 'active', reducedMotion: 'reduce', colorScheme });
    const border = await styleOf(page, '#phone-number', 'borderTopWidth');
    await numberField(page).fill('12');
    await page.keyboard.press('Enter');
    await says(page, 'Enter a mobile number');
    expect(await styleOf(page, '#phone-number', 'borderTopWidth')).not.toBe(border);
    expect(await styleOf(page, '#status', 'borderLeftStyle')).toBe('solid');

    await startOnPage(page, service);
    await says(page, '4 attempts left');
    expect(await pictureOfTime(page, 1)).not.toEqual(await pictureOfTime(page, 90));
    await screenshot(page, `try-it-forced-colors-${colorScheme}`);
  },
);

test.each([320, 390])('ten digits fit in the field for the code: %s pixels', async (width) => {
  const page = await open({ viewport: { width, height: 700 } });
  await startOnPage(page, service);
  await codeField(page).fill('1234567890');
  const isCutOff = await page.evaluate('(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(code)');
  expect(isCutOff).toBe(false);
});

test('with text of twice the size, nothing is cut off on a phone', async () => {
  const page = await open({ viewport: { width: 390, height: 844 } });
  await startOnPage(page, service);
  await says(page, '4 attempts left');
  await doubleTextSize(page);
  expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
  await screenshot(page, 'try-it-large-text');
});
