import type { Browser, Page } from 'playwright-core';
import { wrongCodeFor } from '../../harness/received-code';
import type { DevInstance } from './dev-instance';
import { Verifications } from './verifications';

const NUMBER = '+14255550123';
/** The device pixels of one CSS pixel: pictures are sharp on good screens. */
const SCALE = 2;
/** The list of workflows with the search attributes as columns. The Web UI keeps this setting in the browser. */
const COLUMNS = ['Status', 'VerificationStatus', 'Country', 'TextsSent', 'Start', 'Workflow ID'];
const WIDTH = 400;
const HEIGHT = 660;
/** Of the phone's page: only the phone, and not what is below it. */
const PHONE_HEIGHT = 575;
/** The background of both pages. */
const BACKGROUND = '#eef1f6';

export type TakePicture = (browser: Browser, instance: DevInstance) => Promise<Buffer>;

/** The try-it page and the phone side by side: the message has arrived, and the code can be entered. */
export const pageAndPhone: TakePicture = async (browser, { apiUrl, phoneUrl }) => {
  const viewport = { width: WIDTH, height: HEIGHT };
  const context = await browser.newContext({ viewport, deviceScaleFactor: SCALE });
  const page = await context.newPage();
  await page.goto(apiUrl);
  await page.locator('input[type=tel]').fill(NUMBER);
  await page.keyboard.press('Enter');
  await page.getByRole('status').filter({ hasText: 'attempts left' }).waitFor();
  const phone = await context.newPage();
  await phone.setViewportSize({ width: WIDTH, height: PHONE_HEIGHT });
  await phone.goto(phoneUrl);
  const message = phone.getByRole('button', { name: /^Copy \d/ });
  await message.waitFor();
  await message.scrollIntoViewIfNeeded();
  const pictures = [await still(page), await still(phone)];
  await context.close();
  return sideBySide(browser, pictures);
};

/** The list of workflows in Temporal's Web UI, with verifications that ended in different ways. */
export const workflowList: TakePicture = async (browser, instance) => {
  const verifications = new Verifications(instance);
  for (const phoneNumber of ['+14255550134', '+4915123456789', '+447400123456', '+14255550156']) {
    const { id, code } = await verifications.start(phoneNumber);
    await verifications.check(id, code);
  }
  const tried = await verifications.start('+447400123457');
  for (let attempt = 0; attempt < 4; attempt++) await verifications.check(tried.id, wrongCodeFor(tried.code));
  await verifications.cancel((await verifications.start('+33612345678')).id);
  await verifications.start('+15005550001');
  await verifications.start('+14255550178');

  const columns = JSON.stringify({ default: COLUMNS.map((label) => ({ label })) });
  return inWebUi(browser, `${instance.webUiUrl}/namespaces/default/workflows`, async (page) => {
    await page.evaluate(
      `localStorage.setItem('namespace-workflow-table-columns', ${JSON.stringify(columns)})`,
    );
    await page.reload();
    await page.getByText('undeliverable').waitFor();
    await page.getByText('canceled').first().waitFor();
  });
};

/** The tab User Metadata of one workflow. */
export const userMetadata: TakePicture = async (browser, instance) => {
  const verifications = new Verifications(instance);
  const { id, code } = await verifications.start('+14255550198');
  await verifications.check(id, wrongCodeFor(code));
  await verifications.check(id, code);
  const list = `${instance.webUiUrl}/namespaces/default/workflows?query=${encodeURIComponent('TextsSent = 1')}`;
  return inWebUi(browser, list, async (page) => {
    await page
      .getByRole('link', { name: /^phone-verification:/ })
      .first()
      .click();
    await page.getByText('User Metadata', { exact: true }).click();
    // The Web UI shows Markdown in a frame.
    await page.locator('iframe').last().contentFrame().getByText('right code').waitFor();
  });
};

async function inWebUi(
  browser: Browser,
  url: string,
  arrange: (page: Page) => Promise<void>,
): Promise<Buffer> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 860 } });
  const page = await context.newPage();
  await page.goto(url);
  await arrange(page);
  const picture = await still(page);
  await context.close();
  return picture;
}

function still(page: Page): Promise<Buffer> {
  return page.screenshot({ animations: 'disabled' });
}

async function sideBySide(browser: Browser, pictures: readonly Buffer[]): Promise<Buffer> {
  const viewport = { width: WIDTH * pictures.length, height: HEIGHT };
  const context = await browser.newContext({ viewport, deviceScaleFactor: SCALE });
  const page = await context.newPage();
  const images = pictures.map((picture) => `<img src="data:image/png;base64,${picture.toString('base64')}">`);
  await page.setContent(
    `<style>body{margin:0;display:flex;align-items:start;background:${BACKGROUND}}img{width:${WIDTH}px}</style>${images.join('')}`,
  );
  const picture = await still(page);
  await context.close();
  return picture;
}
