import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { searchAttributes } from '../../src/domain/search-attributes';
import { partsOf } from './verification-id';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const NAMES: readonly string[] = Object.values(searchAttributes).map(({ name }) => name);

/** The search attributes of a verification's run, by name, without those that Temporal adds itself. */
export async function attributesOf(client: Client, publicId: string): Promise<Record<string, unknown>> {
  const { workflowId, runId } = partsOf(publicId);
  const { typedSearchAttributes } = await client.workflow.getHandle(workflowId, runId).describe();
  const pairs = typedSearchAttributes.getAll().filter(({ key }) => NAMES.includes(key.name));
  return Object.fromEntries(pairs.map(({ key, value }) => [key.name, value]));
}

/** The events that the workflow's code asked for, each with the event of the workflow task that asked. */
export function commandEvents(events: readonly HistoryEvent[]) {
  return events.flatMap((event) => {
    const attributes =
      event.upsertWorkflowSearchAttributesEventAttributes ??
      event.timerStartedEventAttributes ??
      event.workflowExecutionCompletedEventAttributes;
    return attributes ? [{ event, task: Number(attributes.workflowTaskCompletedEventId) }] : [];
  });
}
