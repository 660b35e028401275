import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { searchAttributes } from '../domain/search-attributes';
import type { Verification } from '../domain/verification';

/**
 * Records the end of a verification in its search attributes. Does nothing for a run that was started without them: its
 * namespace may lack them, and a command that Temporal refuses would make the workflow's task fail again and again.
 */
export function recordEnd({ status, messages }: Verification): void {
  if (workflowInfo().typedSearchAttributes.get(searchAttributes.status) === undefined) return;
  upsertSearchAttributes([
    { key: searchAttributes.status, value: status },
    { key: searchAttributes.textsSent, value: messages.acceptedSids.length },
  ]);
}
