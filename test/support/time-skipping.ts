import { TestWorkflowEnvironment } from '@temporalio/testing';
import { addSearchAttributes } from '../../harness/temporal/add-search-attributes';
import { quietRuntime, requiredEnv, testDataConverter } from './service';

/** The time-skipping test server. It does not wait for timers: it moves its clock forward instead. */
export async function createTimeSkipping({
  withSearchAttributes = true,
} = {}): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: requiredEnv('TEST_TIME_SKIPPING_SERVER') } },
    client: { dataConverter: testDataConverter, workflow: { queryRejectCondition: 'NOT_OPEN' } },
  });
  const { connection, options } = env.client;
  if (withSearchAttributes) await addSearchAttributes(connection, options.namespace);
  return env;
}
