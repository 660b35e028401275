import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
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
/** Arguments that the package adds for AWS Lambda. With them, the browser ends when its first context is closed. */
const FOR_AWS_LAMBDA = ['--single-process', '--no-zygote'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_MACOS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const HOW_TO_INSTALL =
  'Install Chromium (Debian and Ubuntu: sudo apt-get install chromium; macOS: brew install --cask chromium), ' +
  'or set CHROME_PATH to the executable of a Chrome or Chromium.';

/**
 * Finds a browser: CHROME_PATH, then the one in the package @sparticuz/chromium if it runs here, then an installed Chrome
 * or Chromium. The package is first because it is the same version everywhere, and because its pages need a sixth of the
 * CPU time: it draws no window.
 * @throws Error that says how to install one
 */
export async function findBrowser(
  env: NodeJS.ProcessEnv = process.env,
  findPackaged = packagedBrowser,
): Promise<BrowserCommand> {
  const given = env['CHROME_PATH'];
  if (given) {
    if (await isExecutable(given)) return { executablePath: path.resolve(given), args: ARGS };
    throw new Error(`CHROME_PATH names ${given}, which is not an executable file`);
  }
  const packaged = await findPackaged();
  if (packaged) return packaged;
  for (const name of NAMES) {
    const executablePath = await findOnPath(name, env['PATH'] ?? '');
    if (executablePath !== undefined) return { executablePath, args: ARGS };
  }
  for (const executablePath of ON_MACOS) {
    if (await isExecutable(executablePath)) return { executablePath, args: ARGS };
  }
  throw new Error(`There is no browser. ${HOW_TO_INSTALL}`);
}

/** Undefined where the package does not run: on other systems and processors, and without the libraries it needs. */
async function packagedBrowser(): Promise<BrowserCommand | undefined> {
  if (process.platform !== 'linux') return undefined;
  const args = chromium.args.filter((arg) => !FOR_AWS_LAMBDA.includes(arg));
  try {
    const executablePath = await chromium.executablePath();
    await promisify(execFile)(executablePath, ['--version']);
    return { executablePath, args: [...args, ...ARGS] };
  } catch {
    return undefined;
  }
}

/** Starts the browser without a window. @throws Error that says how to use another one */
export async function launchBrowser({ executablePath, args }: BrowserCommand): Promise<Browser> {
  try {
    return await playwright.launch({ executablePath, args: [...args] });
  } catch (error) {
    const otherOne = 'Set CHROME_PATH to the executable of another Chrome or Chromium.';
    throw new Error(`${executablePath} did not start. ${otherOne}`, { cause: error });
  }
}
