import type { ConnectionLike } from '@temporalio/client';
import { searchAttributes } from '../domain/search-attributes';
import { isInvalidArgument, TEMPORAL_TIMEOUT_MS } from './grpc-errors';

/** The types, as the `temporal` command names them. */
const TYPES = { KEYWORD: 'Keyword', INT: 'Int' } as const;

/** It names every attribute and finds no workflow. A server that lacks one refuses it. */
const PROBE =
  "WorkflowId = 'none' AND " +
  Object.values(searchAttributes)
    .map(({ name, type }) => `${name} = ${type === 'INT' ? '0' : "'none'"}`)
    .join(' AND ');

/** The command that adds the search attributes to a namespace. It can be repeated. */
export function addAttributesCommand(namespace: string): string {
  const flags = Object.values(searchAttributes).map(
    ({ name, type }) => `--name ${name} --type ${TYPES[type]}`,
  );
  return ['temporal operator search-attribute create --namespace', namespace, ...flags].join(' ');
}

export function missingAttributesWarning(namespace: string): string {
  return (
    `Namespace ${namespace} lacks search attributes, or has them with other types: operators can't search for ` +
    `verifications, and attempts of Twilio Verify can't be listed. Verifications that began with them can't end. ` +
    `Everything else works. To add them: ${addAttributesCommand(namespace)}`
  );
}

/**
 * Whether the namespace is known to lack one of the search attributes. It counts workflows, because Temporal Cloud has
 * no operator service. False if the server does not answer, or not this question.
 */
export async function lacksSearchAttributes(
  connection: Pick<ConnectionLike, 'workflowService' | 'withDeadline'>,
  namespace: string,
): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, () =>
      connection.workflowService.countWorkflowExecutions({ namespace, query: PROBE }),
    );
    return false;
  } catch (error) {
    return isInvalidArgument(error);
  }
}
