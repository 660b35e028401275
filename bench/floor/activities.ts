import { Context } from '@temporalio/activity';

/** Does nothing but print that it ran: a line to the process that started this one, which asks nothing of Temporal. */
async function announce(): Promise<void> {
  process.stdout.write(`${Context.current().info.workflowExecution?.workflowId}\n`);
}

export const activities = { announce };
export type Activities = typeof activities;
