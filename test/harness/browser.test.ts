import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserCommand, findBrowser, launchBrowser } from '../../harness/browser/browser';
import { requiredEnv } from '../support/required-env';

test('the browser of the test run opens pages in one context after the other', async () => {
  const browser = await launchBrowser(JSON.parse(requiredEnv('TEST_BROWSER')) as BrowserCommand);
  try {
    const titles = [];
    for (const title of ['first', 'second']) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`data:text/html,<title>${title}</title>`);
      titles.push(await page.title());
      await context.close();
    }
    expect(titles).toEqual(['first', 'second']);
  } finally {
    await browser.close();
  }
});

test('a CHROME_PATH that names no executable file is an error', async () => {
  await expect(findBrowser({ CHROME_PATH: '/missing/chrome' })).rejects.toThrow(
    'CHROME_PATH names /missing/chrome, which is not an executable file',
  );
});

describe('an installed browser', () => {
  let directory: string;
  let installed: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'browser-'));
    installed = path.join(directory, 'chromium');
    await writeFile(installed, '#!/bin/sh\n', { mode: 0o755 });
  });

  afterEach(() => rm(directory, { recursive: true }));

  const missing = async () => undefined;

  test('is used if CHROME_PATH names it', async () => {
    expect(await findBrowser({ CHROME_PATH: installed })).toMatchObject({ executablePath: installed });
  });

  test('is used if the one in the package does not run here', async () => {
    expect(await findBrowser({ PATH: directory }, missing)).toMatchObject({ executablePath: installed });
  });

  test('is not used if the one in the package runs here', async () => {
    const packaged = { executablePath: '/packaged', args: [] };
    expect(await findBrowser({ PATH: directory }, async () => packaged)).toBe(packaged);
  });
});
