import { phoneVerification as today } from '../../../src/workflows';

/** Today's workflow with a rule of its own, which only those meet who send a wrong code. */
export async function phoneVerification(input: Parameters<typeof today>[0]): ReturnType<typeof today> {
  return today({ ...input, policy: { ...input.policy, maxAttempts: 2 } });
}
