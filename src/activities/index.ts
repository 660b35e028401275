import { createSendSms, type SendSmsDependencies } from './send-message';

/** Everything the worker runs for workflows, with its dependencies handed in. */
export function createActivities(dependencies: SendSmsDependencies) {
  return { sendSms: createSendSms(dependencies) };
}

export type Activities = ReturnType<typeof createActivities>;
