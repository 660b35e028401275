import { patched, sleep } from '@temporalio/workflow';
import { phoneVerification as today } from '../../../src/workflows';

/** The workflow with a new pause at its start, for new runs only. */
export async function phoneVerification(...args: Parameters<typeof today>): ReturnType<typeof today> {
  if (patched('pause-first')) await sleep('1 second');
  return today(...args);
}
