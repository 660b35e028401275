import { QueryRejectedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { temporal } from '@temporalio/proto';
import { createRunStates } from '../../src/gateway/run-states';
import { createWorkflowCalls } from '../../src/gateway/workflow-calls';
import { testDataConverter } from '../support/service';

const ID = { tenantId: 'default', workflowId: 'phone-verification:00', runId: 'run', nonce: 'nonce' };

test('a terminated run that Temporal deletes while it is read is not found', async () => {
  const { WORKFLOW_EXECUTION_STATUS_TERMINATED } = temporal.api.enums.v1.WorkflowExecutionStatus;
  const handle = {
    query: () => Promise.reject(new QueryRejectedError(WORKFLOW_EXECUTION_STATUS_TERMINATED)),
    describe: () => Promise.reject(new WorkflowNotFoundError('not found', ID.workflowId, ID.runId)),
  };
  const client = {
    workflow: { getHandle: () => handle },
    workflowService: { getWorkflowExecutionHistory: async () => ({ history: { events: [{}] } }) },
    withDeadline: (_deadline: number, fn: () => Promise<unknown>) => fn(),
    options: { namespace: 'default', loadedDataConverter: loadDataConverter(testDataConverter) },
  } as unknown as Client;

  const read = createRunStates(client, createWorkflowCalls(client)).read(ID);

  await expect(read).rejects.toMatchObject({ name: 'VerificationError', code: 'not_found' });
});
