import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findBrowser, launchBrowser } from '../../harness/browser/browser';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { startDevInstance } from './dev-instance';
import { pageAndPhone, userMetadata, workflowList, type TakePicture } from './pictures';

const PICTURES: Readonly<Record<string, TakePicture>> = {
  'docs/try-it-and-phone.png': pageAndPhone,
  'docs/web-ui-list.png': workflowList,
  'docs/web-ui.png': userMetadata,
};

/** `npm run screenshots`: takes the pictures of the pages again, in a real browser. */
async function main(): Promise<void> {
  const browser = await launchBrowser(await findBrowser());
  try {
    const instance = await startDevInstance();
    try {
      for (const [file, take] of Object.entries(PICTURES)) {
        await writeFile(path.join(PROJECT_DIRECTORY, file), await take(browser, instance));
        process.stdout.write(`${file}\n`);
      }
    } finally {
      await instance.stop();
    }
  } finally {
    await browser.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
