import path from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser } from 'playwright-core';
import { findOnPath, isExecutable } from '../executables/find-executable';

/** How to start a Chrome or Chromium. */
export interface BrowserCommand {
  readonly executablePath: string;
  readonly args: readonly string[];
}

/** Needed where the browser runs as root, as in many containers, or without a graphics card. */
const ARGS = ['--no-sandbox', '--disable-gpu'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_MACOS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const HOW_TO_INSTALL =
  'Install Chromium (Debian and Ubuntu: sudo apt-get install chromium; macOS: brew install --cask chromium), ' +
  'or set CHROME_PATH to the executable of a Chrome or Chromium.';

/**
 * Finds a browser: CHROME_PATH, then an installed Chrome or Chromium, then the one in the package @sparticuz/chromium,
 * which is for Linux.
 * @throws Error that says how to install one
 */
export async function findBrowser(env: NodeJS.ProcessEnv = process.env): Promise<BrowserCommand> {
  const given = env['CHROME_PATH'];
  if (given) {
    if (await isExecutable(given)) return { executablePath: path.resolve(given), args: ARGS };
    throw new Error(`CHROME_PATH names ${given}, which is not an executable file`);
  }
  for (const name of NAMES) {
    const executablePath = await findOnPath(name, env['PATH'] ?? '');
    if (executablePath !== undefined) return { executablePath, args: ARGS };
  }
  for (const executablePath of ON_MACOS) {
    if (await isExecutable(executablePath)) return { executablePath, args: ARGS };
  }
  if (process.platform !== 'linux') throw new Error(`There is no browser. ${HOW_TO_INSTALL}`);
  return { executablePath: await chromium.executablePath(), args: [...chromium.args, ...ARGS] };
}

/** Starts the browser without a window. @throws Error that says how to install one that starts */
export async function launchBrowser({ executablePath, args }: BrowserCommand): Promise<Browser> {
  try {
    return await playwright.launch({ executablePath, args: [...args] });
  } catch (error) {
    throw new Error(`${executablePath} did not start. ${HOW_TO_INSTALL}`, { cause: error });
  }
}
