import { phoneVerification as today } from '../../../src/workflows';

/** The workflow with only two attempts. This affects only verifications with wrong codes. */
export async function phoneVerification(input: Parameters<typeof today>[0]): ReturnType<typeof today> {
  return today({ ...input, policy: { ...input.policy, maxAttempts: 2 } });
}
