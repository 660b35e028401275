import type { Client } from '@temporalio/client';
import { VerificationError } from '../../domain/refusals';
import { isInvalidArgument } from '../../temporal/grpc-errors';
import type { RunInfo } from '../../temporal/run-lookup';
import { lacksSearchAttributes, missingAttributesWarning } from '../../temporal/search-attributes';
import { unavailable, type WorkflowCalls } from '../workflow-calls';

export interface RunPage {
  readonly runs: readonly RunInfo[];
  /** base64url. Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/** Searches with Temporal's visibility. Uses the raw API: the SDK's list hides the page token and decodes each memo. */
export function createVisibility(client: Client, { call }: Pick<WorkflowCalls, 'call'>) {
  const { connection, workflowService } = client;
  const { namespace } = client.options;

  /** The log says why if the namespace lacks the search attributes of the query. */
  async function explain(error: unknown): Promise<unknown> {
    if (!isInvalidArgument(error) || !(await lacksSearchAttributes(connection, namespace))) return error;
    const { refusal } = unavailable('temporal_unavailable');
    return new VerificationError({ ...refusal, reason: missingAttributesWarning(namespace) });
  }

  function search<T>(request: () => Promise<T>): Promise<T> {
    return call(() =>
      request().catch(async (error: unknown) => {
        throw await explain(error);
      }),
    );
  }

  return {
    /** @throws VerificationError `temporal_unavailable`, also if the namespace lacks the search attributes */
    async list(query: string, pageSize: number, cursor = ''): Promise<RunPage> {
      const nextPageToken = Buffer.from(cursor, 'base64url');
      const page = await search(() =>
        workflowService.listWorkflowExecutions({ namespace, query, pageSize, nextPageToken }),
      );
      const isLast = page.nextPageToken.length === 0;
      return {
        runs: page.executions,
        nextCursor: isLast ? undefined : Buffer.from(page.nextPageToken).toString('base64url'),
      };
    },

    /** @throws VerificationError `temporal_unavailable`, also if the namespace lacks the search attributes */
    async count(query: string): Promise<number> {
      return Number(
        (await search(() => workflowService.countWorkflowExecutions({ namespace, query }))).count,
      );
    },
  };
}
