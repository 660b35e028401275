import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../harness/browser/browser';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { startDevInstance } from './dev-instance';
import type { TakePicture } from './picture';
import { tryItAndPhone } from './try-it-and-phone';
import { decryptedWorkflow, ENCRYPTED, userMetadata, workflowList } from './web-ui';

type Pictures = Readonly<Record<string, TakePicture>>;

const PICTURES: Pictures = {
  'docs/try-it-and-phone.png': tryItAndPhone,
  'docs/web-ui-list.png': workflowList,
  'docs/web-ui.png': userMetadata,
};
const ENCRYPTED_PICTURES: Pictures = { 'docs/web-ui-decoded.png': decryptedWorkflow };

/** `npm run screenshots`: takes the pictures of the pages again, in a real browser. */
async function main(): Promise<void> {
  const browser = await launchBrowser(await findBrowser());
  try {
    await takePictures(browser, PICTURES);
    await takePictures(browser, ENCRYPTED_PICTURES, ENCRYPTED);
  } finally {
    await browser.close();
  }
}

/** Takes pictures of a new instance with these variables. */
async function takePictures(
  browser: Browser,
  pictures: Pictures,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const instance = await startDevInstance(env);
  try {
    for (const [file, take] of Object.entries(pictures)) {
      await writeFile(path.join(PROJECT_DIRECTORY, file), await take(browser, instance));
      process.stdout.write(`${file}\n`);
    }
  } finally {
    await instance.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
