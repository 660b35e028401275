import { TestWorkflowEnvironment } from '@temporalio/testing';
import { quietRuntime, requiredEnv, testDataConverter } from './service';

/** The time-skipping test server. It does not wait for timers: it moves its clock forward instead. */
export async function createTimeSkipping(): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: requiredEnv('TEST_TIME_SKIPPING_SERVER') } },
    client: { dataConverter: testDataConverter, workflow: { queryRejectCondition: 'NOT_OPEN' } },
  });
}
