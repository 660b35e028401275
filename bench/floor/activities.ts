import { Context } from '@temporalio/activity';

/** Only prints that it ran, for the parent process. This makes no call to Temporal. */
async function announce(): Promise<void> {
  process.stdout.write(`${Context.current().info.workflowExecution?.workflowId}\n`);
}

export const activities = { announce };
export type Activities = typeof activities;
