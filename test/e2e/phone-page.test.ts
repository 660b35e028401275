import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../harness/ports';
import { screenshot, startBrowser, watchPage, type PageLog } from '../support/browser';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { startService, uniquePhoneNumber, type Service } from '../support/service';

/** Longer than any test: the carrier reports nothing before a person does. */
const CARRIER_MS = 600_000;

let server: DevServer;
let browser: Browser;
let service: Service;
let context: BrowserContext;
let tryIt: Page;
let log: PageLog;

beforeAll(async () => {
  server = await connectDevServer();
  browser = await startBrowser();
  const port = await freePort();
  service = await startService({
    ...server,
    withStatusCallback: true,
    policy: { resendIntervalMs: 0 },
    sandbox: { port, carrierMs: CARRIER_MS },
    tryItPage: { cookieKeys: [Buffer.alloc(32, 7)], phonePageUrl: `http://127.0.0.1:${port}` },
  });
});

beforeEach(async () => {
  context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  tryIt = await context.newPage();
  log = watchPage(tryIt);
  await tryIt.goto(service.app.listeningOrigin);
});

afterEach(() => context.close());

afterAll(async () => {
  await browser.close();
  await service.stop();
  await server.close();
});

const says = (page: Page, text: string) => page.locator('[role=status]').filter({ hasText: text }).waitFor();

/** Starts a verification on the try-it page, and opens the phone from there. */
async function startAndOpenPhone(phoneNumber = uniquePhoneNumber()): Promise<Page> {
  await tryIt.locator('input[type=tel]').fill(phoneNumber);
  await tryIt.keyboard.press('Enter');
  await says(tryIt, '4 attempts left');
  const opened = context.waitForEvent('page');
  await tryIt.getByRole('link', { name: 'Open the phone' }).click();
  const phone = await opened;
  await phone.locator(`[id="${phoneNumber}"][data-wanted] .message`).waitFor();
  return phone;
}

test('a number is verified with the two pages alone', async () => {
  const phone = await startAndOpenPhone();
  await phone.locator('[data-wanted] .copy').click();
  await phone.getByRole('button', { name: 'Copied' }).waitFor();
  await screenshot(phone, 'e2e-phone');

  await tryIt.locator('input[autocomplete=one-time-code]').focus();
  await tryIt.keyboard.press('Control+V');
  await tryIt.keyboard.press('Enter');
  await says(tryIt, 'Verified');
  await screenshot(tryIt, 'e2e-try-it');
  expect(log.faults).toEqual([]);
});

test('a failure that is reported on the phone ends the verification, and its page says why', async () => {
  const phone = await startAndOpenPhone();
  const message = phone.locator('[data-wanted] .message');
  await message.locator('.fail summary').click();
  await message.getByLabel('What the carrier reports').selectOption({ label: '30004 blocked' });
  await message.getByRole('button', { name: 'Report', exact: true }).click();

  await message.filter({ hasText: 'Undelivered' }).waitFor();
  await says(tryIt, 'The message could not be delivered. The phone or its carrier blocks our messages.');
  await screenshot(tryIt, 'e2e-undeliverable');
});

test('the links between the two pages use the tabs that are open', async () => {
  const phoneNumber = uniquePhoneNumber();
  const phone = await startAndOpenPhone(phoneNumber);
  await tryIt.getByRole('button', { name: 'Send the code again' }).click();
  await tryIt.getByRole('link', { name: 'Open the phone' }).click();
  await phone.locator(`[id="${phoneNumber}"] .message`).nth(1).waitFor();

  const opened = context.waitForEvent('page');
  await phone.getByRole('link', { name: 'Open the try-it page' }).click();
  const tab = await opened;
  await says(tab, '4 attempts left');
  const loadedAgain = tab.waitForEvent('load');
  await phone.getByRole('link', { name: 'Open the try-it page' }).click();
  await loadedAgain;
  expect(context.pages()).toHaveLength(3);
});
