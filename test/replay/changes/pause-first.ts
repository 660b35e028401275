import { sleep } from '@temporalio/workflow';
import { phoneVerification as today } from '../../../src/workflows';

/** The workflow with a new pause at its start. No recorded history contains this pause. */
export async function phoneVerification(...args: Parameters<typeof today>): ReturnType<typeof today> {
  await sleep('1 second');
  return today(...args);
}
