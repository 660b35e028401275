import { joined, still, type TakePicture } from './picture';

const NUMBER = '+14255550123';
/** The device pixels of one CSS pixel: the picture is sharp on good screens. */
const SCALE = 2;
const WIDTH = 400;
const HEIGHT = 660;
/** Of the phone's page: only the phone, and not what is below it. */
const PHONE_HEIGHT = 600;
/** The background of both pages. */
const BACKGROUND = '#eef1f6';

/** The try-it page and the phone side by side: the message has arrived, and the code can be entered. */
export const tryItAndPhone: TakePicture = async (browser, { apiUrl, phoneUrl }) => {
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
  return joined(browser, pictures, {
    width: WIDTH,
    scale: SCALE,
    isRow: true,
    gap: 0,
    background: BACKGROUND,
  });
};
