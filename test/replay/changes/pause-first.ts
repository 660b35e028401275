import { sleep } from '@temporalio/workflow';
import { phoneVerification as today } from '../../../src/workflows';

/** Today's workflow behind a pause, of which no run that began without it knows. */
export async function phoneVerification(...args: Parameters<typeof today>): ReturnType<typeof today> {
  await sleep('1 second');
  return today(...args);
}
