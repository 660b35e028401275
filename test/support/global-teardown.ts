import { rm } from 'node:fs/promises';
import type { TestRun } from './global-setup';

export default async function globalTeardown(): Promise<void> {
  const testRun: TestRun | undefined = globalThis.testRun;
  if (testRun === undefined) return;
  await testRun.server.stop();
  await rm(testRun.directory, { recursive: true });
}
