import type { Browser, Page } from 'playwright-core';
import { plainText } from '../../../src/api/try-it/typed-text';
import { startBrowser } from '../../support/browser';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { uniquePhoneNumber, type Service } from '../../support/service';
import { codeField, enterCode, numberField, says, startOnPage, startPage } from '../../support/try-it-page';

// What people type and paste: digits of other scripts, special spaces and dashes, and invisible characters.

const ARABIC_ZERO = 0x660;
const FULL_WIDTH_ZERO = 0xff10;
const withDigitsFrom = (zero: number, text: string) =>
  text.replaceAll(/\d/g, (digit) => String.fromCharCode(zero + Number(digit)));

let server: DevServer;
let browser: Browser;
let service: Service;
let page: Page;

beforeAll(async () => {
  server = await connectDevServer();
  browser = await startBrowser();
  service = await startPage(server);
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

test.each([
  ['2168', '2168'],
  ['٢١٦٨', '2168'],
  ['۲۱۶۸', '2168'],
  ['２１６８', '2168'],
  ['21\u201368', '21-68'],
  ['21\u201168', '21-68'],
  ['\u202a+1\u00a0425\u202f555\u20110123\u202c', '+1 425 555-0123'],
])('%s is read as %s', (typed, plain) => {
  expect(plainText(typed)).toBe(plain);
});

test.each([
  ['Arabic digits', (code: string) => withDigitsFrom(ARABIC_ZERO, code)],
  ['full-width digits', (code: string) => withDigitsFrom(FULL_WIDTH_ZERO, code)],
  ['a dash', (code: string) => `${code.slice(0, 2)}\u2013${code.slice(2)}`],
])('a code with %s counts', async (_name, typed) => {
  const { code } = await startOnPage(page, service);
  await enterCode(page, typed(code));
  await says(page, 'Verified');
});

test.each([
  ['special spaces and hyphens', '+1\u00a0425\u202f555\u20110123', '+1 425 555 0123'],
  ['brackets', '+1 (425) 555-0123', '+1 425 555 0123'],
  ['full-width digits', '＋１４２５５５５０１２３', '+1 425 555 0123'],
  ['an extension', '+1 425 555 0123 ext. 7', '+1 425 555 0123 ext. 7'],
  ['no digits', 'my number', 'my number'],
])('a pasted number with %s loses nothing', async (_name, pasted, shown) => {
  await numberField(page).fill(pasted);
  expect(await numberField(page).inputValue()).toBe(shown);
});

test('without JavaScript, a number with special spaces is read as well', async () => {
  const context = await browser.newContext({
    baseURL: service.app.listeningOrigin,
    javaScriptEnabled: false,
  });
  const plainPage = await context.newPage();
  await plainPage.goto('/');
  const phoneNumber = uniquePhoneNumber();
  await numberField(plainPage).fill(`\u202a${phoneNumber.slice(0, 5)}\u202f${phoneNumber.slice(5)}`);
  await plainPage.keyboard.press('Enter');
  await codeField(plainPage).waitFor();
  await context.close();
});
