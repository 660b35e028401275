import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { wrongCodeFor } from '../../harness/received-code';
import { joined, still, type TakePicture } from './picture';
import { Verifications } from './verifications';

/** The environment of an instance whose payloads the Web UI can only read with the codec server. */
export const ENCRYPTED = {
  PAYLOAD_ENCRYPTION: 'on',
  CODEC_SERVER_TOKEN: 'only-for-the-screenshots',
};

const WIDTH = 1440;
const HEIGHT = 780;
/** The Web UI keeps its settings in the browser. Its navigation is closed: it then has this width. */
const NAVIGATION_WIDTH = 49;
/** The list of workflows with the search attributes as columns. */
const COLUMNS = ['Status', 'VerificationStatus', 'Tenant', 'Country', 'TextsSent', 'Start', 'Workflow ID'];
const SETTINGS = {
  navOpen: false,
  'namespace-workflow-table-columns': { default: COLUMNS.map((label) => ({ label })) },
};

/** The list of workflows, with verifications that ended in different ways. */
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

  return inWebUi(browser, `${instance.webUiUrl}/namespaces/default/workflows`, async (page) => {
    await page.getByText('undeliverable').waitFor();
    await page.getByText('canceled').first().waitFor();
    return still(page);
  });
};

/** The tab User Metadata of one workflow. */
export const userMetadata: TakePicture = async (browser, instance) => {
  const runUrl = await verifiedRun(new Verifications(instance), '+14255550198', instance.webUiUrl);
  return inWebUi(browser, runUrl, async (page) => {
    await openUserMetadata(page);
    return still(page);
  });
};

/** An encrypted workflow, decrypted by the codec server: its input and result, and below them the tab User Metadata. */
export const decryptedWorkflow: TakePicture = async (browser, instance) => {
  const { apiUrl, webUiUrl } = instance;
  const runUrl = await verifiedRun(new Verifications(instance), '+14255550187', webUiUrl);
  const httpCredentials = { username: 'operator', password: ENCRYPTED.CODEC_SERVER_TOKEN, origin: apiUrl };
  const decoded = async (page: Page) => {
    await useCodecServer(page, `${apiUrl}/codec`);
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.getByText('"verified"').waitFor();
    const timeline = page.getByRole('heading', { name: 'Timeline' });
    const inputAndResult = await rows(page, 0, await topOf(timeline));
    const details = await openUserMetadata(page);
    const metadata = await rows(page, await topOf(page.getByRole('tablist')), await bottomOf(details));
    return joined(browser, [inputAndResult, metadata], {
      width: WIDTH - NAVIGATION_WIDTH,
      scale: 1,
      isRow: false,
      gap: 12,
      background: '#c9d1de',
    });
  };
  return inWebUi(browser, runUrl, decoded, { httpCredentials });
};

/** Verifies a number with the second code. Returns the URL of its workflow in the Web UI. */
async function verifiedRun(
  verifications: Verifications,
  phoneNumber: string,
  webUiUrl: string,
): Promise<string> {
  const { id, code } = await verifications.start(phoneNumber);
  await verifications.check(id, wrongCodeFor(code));
  await verifications.check(id, code);
  const numberDigest = Buffer.from(id, 'base64url').toString('hex', 0, 16);
  return `${webUiUrl}/namespaces/default/workflows/phone-verification:${numberDigest}`;
}

async function inWebUi(
  browser: Browser,
  url: string,
  take: (page: Page) => Promise<Buffer>,
  options: BrowserContextOptions = {},
): Promise<Buffer> {
  const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, ...options });
  for (const [name, value] of Object.entries(SETTINGS)) {
    const item = [name, JSON.stringify(value)].map((text) => JSON.stringify(text));
    await context.addInitScript(`localStorage.setItem(${item.join()})`);
  }
  const page = await context.newPage();
  await page.goto(url);
  const picture = await take(page);
  await context.close();
  return picture;
}

/** Sets the codec server of the Web UI as docs/production.md says. The browser already has the password. */
async function useCodecServer(page: Page, endpoint: string): Promise<void> {
  await page.getByTestId(/^data-encoder-status/).click();
  await page.getByText('Use my browser setting').click();
  await page.getByLabel('Codec Server browser endpoint').fill(endpoint);
  await page.getByText('Include cross-origin credentials').click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.reload();
}

/** Opens the tab User Metadata. Returns its frame: the Web UI shows Markdown in frames. */
async function openUserMetadata(page: Page): Promise<Locator> {
  await page.getByText('User Metadata', { exact: true }).click();
  const details = page.locator('iframe').last();
  await details.contentFrame().getByText('right code').waitFor();
  return details;
}

/** The part of the page between two heights, without the navigation. */
function rows(page: Page, top: number, bottom: number): Promise<Buffer> {
  const clip = { x: NAVIGATION_WIDTH, y: top, width: WIDTH - NAVIGATION_WIDTH, height: bottom - top };
  return still(page, { clip });
}

async function topOf(element: Locator): Promise<number> {
  return (await element.boundingBox())?.y ?? 0;
}

async function bottomOf(element: Locator): Promise<number> {
  const box = await element.boundingBox();
  return box === null ? HEIGHT : box.y + box.height;
}
