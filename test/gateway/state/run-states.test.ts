import { status } from '@grpc/grpc-js';
import { QueryRejectedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { temporal } from '@temporalio/proto';
import { createRunStates } from '../../../src/gateway/state/run-states';
import { createWorkflowCalls } from '../../../src/gateway/workflow-calls';
import { testDataConverter } from '../../support/service';

const ID = { tenantId: 'default', workflowId: 'phone-verification:00', runId: 'run', nonce: 'nonce' };

/** A client of a Temporal that deletes a terminated run while it is read. */
function clientWith(getWorkflowExecutionHistory: () => Promise<unknown>): Client {
  const { WORKFLOW_EXECUTION_STATUS_TERMINATED } = temporal.api.enums.v1.WorkflowExecutionStatus;
  const handle = {
    query: () => Promise.reject(new QueryRejectedError(WORKFLOW_EXECUTION_STATUS_TERMINATED)),
    describe: () => Promise.reject(new WorkflowNotFoundError('not found', ID.workflowId, ID.runId)),
  };
  return {
    workflow: { getHandle: () => handle },
    workflowService: { getWorkflowExecutionHistory },
    withDeadline: (_deadline: number, fn: () => Promise<unknown>) => fn(),
    options: { namespace: 'default', loadedDataConverter: loadDataConverter(testDataConverter) },
  } as unknown as Client;
}

const notFound = () =>
  Promise.reject(Object.assign(new Error(), { code: status.NOT_FOUND, details: '', metadata: {} }));

test.each([
  ['before its history is read', notFound],
  ['after its history was read', async () => ({ history: { events: [{}] } })],
])('a terminated run that Temporal deletes %s is not found', async (_when, history) => {
  const client = clientWith(history);

  const read = createRunStates(client, createWorkflowCalls(client)).read(ID);

  await expect(read).rejects.toMatchObject({ name: 'VerificationError', code: 'not_found' });
});
