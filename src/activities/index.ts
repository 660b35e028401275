import { createSendMessage, type SendMessageDependencies } from './send-message';

/** Everything the worker runs for workflows, with its dependencies handed in. */
export function createActivities(dependencies: SendMessageDependencies) {
  return { sendMessage: createSendMessage(dependencies) };
}

export type Activities = ReturnType<typeof createActivities>;
