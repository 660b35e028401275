import { patched, sleep } from '@temporalio/workflow';
import { phoneVerification as today } from '../../../src/workflows';

/** The same pause, for runs that begin with it. */
export async function phoneVerification(...args: Parameters<typeof today>): ReturnType<typeof today> {
  if (patched('pause-first')) await sleep('1 second');
  return today(...args);
}
