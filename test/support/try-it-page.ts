import type { Page } from 'playwright-core';
import {
  receivedCode,
  startService,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
  type ServiceOptions,
} from './service';

// What a person finds and does on the try-it page.

export const COOKIE_KEYS = [Buffer.alloc(32, 7)];
/** Nothing listens there. The page only links to it. */
export const PHONE_PAGE = 'http://localhost:3001';

/** A service with the try-it page, which listens on a port. */
export function startPage(
  options: Pick<ServiceOptions, 'client' | 'nativeConnection'> & Partial<ServiceOptions>,
): Promise<Service> {
  return startService({
    withStatusCallback: true,
    tryItPage: { cookieKeys: COOKIE_KEYS, phonePageUrl: PHONE_PAGE },
    ...options,
  });
}

export const numberField = (page: Page) => page.locator('input[type=tel]');
export const codeField = (page: Page) => page.locator('input[autocomplete=one-time-code]');
export const statusOf = (page: Page) => page.locator('[role=status]');
export const says = (page: Page, text: string) => statusOf(page).filter({ hasText: text }).waitFor();
export const focused = (page: Page) => page.evaluate('document.activeElement.id');

/** Starts a verification by keyboard and waits for its message. */
export async function startOnPage(
  page: Page,
  { sandbox }: Service,
): Promise<{ phoneNumber: string; code: string; wrongCode: string }> {
  const phoneNumber = uniquePhoneNumber();
  await numberField(page).fill(phoneNumber);
  await page.keyboard.press('Enter');
  await codeField(page).waitFor();
  const code = await receivedCode(sandbox, phoneNumber);
  return { phoneNumber, code, wrongCode: wrongCodeFor(code) };
}

export async function enterCode(page: Page, code: string): Promise<void> {
  await codeField(page).fill(code);
  await page.keyboard.press('Enter');
}

/** The public id of the verification on the page. */
export async function verificationIdOf(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return cookies.find(({ name }) => name === 'verification')?.value.split('.')[0] ?? '';
}
