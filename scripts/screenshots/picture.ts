import type { Browser, Page, PageScreenshotOptions } from 'playwright-core';
import type { DevInstance } from './dev-instance';

export type TakePicture = (browser: Browser, instance: DevInstance) => Promise<Buffer>;

export function still(page: Page, part: Pick<PageScreenshotOptions, 'clip'> = {}): Promise<Buffer> {
  return page.screenshot({ animations: 'disabled', ...part });
}

interface Layout {
  /** The width of one picture, in CSS pixels. */
  readonly width: number;
  /** The device pixels of one CSS pixel. */
  readonly scale: number;
  readonly isRow: boolean;
  readonly gap: number;
  readonly background: string;
}

/** Several pictures as one: in a row, or one below the other. */
export async function joined(
  browser: Browser,
  pictures: readonly Buffer[],
  { width, scale, isRow, gap, background }: Layout,
): Promise<Buffer> {
  const viewport = { width: isRow ? width * pictures.length : width, height: 1 };
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale });
  const page = await context.newPage();
  const body = `margin:0;display:flex;flex-direction:${isRow ? 'row' : 'column'};align-items:start;gap:${gap}px;background:${background}`;
  const images = pictures.map((picture) => `<img src="data:image/png;base64,${picture.toString('base64')}">`);
  await page.setContent(`<style>body{${body}}img{width:${width}px}</style>${images.join('')}`);
  const picture = await page.screenshot({ fullPage: true });
  await context.close();
  return picture;
}
