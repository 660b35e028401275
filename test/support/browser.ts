import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { source as axeSource, type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, type BrowserCommand } from '../../harness/browser/browser';
import { CACHE_DIRECTORY } from '../../harness/project';
import { requiredEnv } from './required-env';

/** Each run of the tests writes them again. */
const SCREENSHOTS = path.join(CACHE_DIRECTORY, 'screenshots');

/** Starts the browser of the test run. */
export async function startBrowser(): Promise<Browser> {
  return launchBrowser(JSON.parse(requiredEnv('TEST_BROWSER')) as BrowserCommand);
}

/** Keeps a picture of the page under `.cache/screenshots`, as it is after its animations. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({
    path: path.join(SCREENSHOTS, `${name}.png`),
    fullPage: true,
    animations: 'disabled',
  });
}

/** The URLs that a page loads, and the errors and warnings in its console. */
export interface PageLog {
  readonly requests: string[];
  readonly faults: string[];
}

/** Call it before the page loads. */
export function watchPage(page: Page): PageLog {
  const log: PageLog = { requests: [], faults: [] };
  page.on('request', (request) => log.requests.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') log.faults.push(message.text());
  });
  page.on('pageerror', (error) => log.faults.push(error.message));
  return log;
}

/** What axe finds on the page: the rule and the elements. Empty if it finds nothing. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The contrast ratio of WCAG between an element's text and its background. Both must be opaque. */
export async function contrastOf(page: Page, selector: string): Promise<number> {
  const colors = await Promise.all([
    styleOf(page, selector, 'color'),
    styleOf(page, selector, 'backgroundColor'),
  ]);
  const [darker, lighter] = colors.map(luminance).toSorted((one, other) => one - other);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

/** `color`: as in `rgb(47, 91, 234)`. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((value) => {
    const share = Number(value) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The computed value of a property, such as `color`, of the first element that the selector finds. */
export function styleOf(page: Page, selector: string, property: string): Promise<string> {
  return page.evaluate<string>(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`,
  );
}

/** As a person does it in the settings of the browser. */
export async function doubleTextSize(page: Page): Promise<void> {
  await page.evaluate(`
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('html { font-size: 200% }');
    document.adoptedStyleSheets = [sheet];
  `);
}
