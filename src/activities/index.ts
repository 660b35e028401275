import { createSendMessage, type SendMessageDependencies } from './send-message';

/** The activities that a worker runs for workflows. */
export function createActivities(dependencies: SendMessageDependencies) {
  return { sendMessage: createSendMessage(dependencies) };
}

export type Activities = ReturnType<typeof createActivities>;
