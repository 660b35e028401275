import { temporal } from '@temporalio/proto';
import { durationMs, timestampMs } from '../../src/temporal/timestamp';
import { deliveryReportSignal, resendUpdate, stateQuery } from '../../src/workflows/definitions';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  DEFAULT_POLICY,
  eventually,
  startService,
  uniquePhoneNumber,
  type Service,
} from '../support/service';
import { partsOf } from '../support/verification-id';

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, withWorker: false, policy: { resendIntervalMs: 0 } });
});

afterEach(() => service.stopWorker());

afterAll(async () => {
  await service.stop();
  await server.close();
});

test('the window counts from the acceptance of the message, also if the workflow gets to know it later', async () => {
  const { verification } = await service.verifications.start(service.startRequest(uniquePhoneNumber()));
  const { workflowId, runId } = partsOf(verification.id);
  const run = server.client.workflow.getHandle(workflowId, runId);
  const events = async () => (await run.fetchHistory()).events ?? [];

  await service.startWorker(undefined, 'workflows');
  await eventually(async () => (await events()).some((event) => event.activityTaskScheduledEventAttributes));
  await service.stopWorker();
  await service.startWorker(undefined, 'activities');
  const accepted = await eventually(async () =>
    (await events()).find((event) => event.activityTaskCompletedEventAttributes),
  );
  await service.startWorker(undefined, 'workflows');
  const timer = await eventually(async () =>
    (await events()).find((event) => event.timerStartedEventAttributes),
  );
  const task = (await events()).findLast((event) => event.workflowTaskStartedEventAttributes);

  const { expiresAt } = await run.query(stateQuery);
  const expiresAtMs = Date.parse(expiresAt ?? '');
  expect(expiresAtMs).toBeLessThanOrEqual(timestampMs(accepted.eventTime) + DEFAULT_POLICY.windowMs);
  // In a workflow, the time stands still during a task.
  const timerMs = durationMs(timer.timerStartedEventAttributes?.startToFireTimeout);
  expect(timestampMs(task?.eventTime) + timerMs).toBeCloseTo(expiresAtMs, -1);
});

test('the result of a message that a report has settled is not taken for the result of the next message', async () => {
  const phoneNumber = uniquePhoneNumber();
  const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
  const { workflowId, runId, nonce } = partsOf(verification.id);
  const { workflow, workflowService, options } = server.client;
  const run = workflow.getHandle(workflowId, runId);
  const events = async () => (await run.fetchHistory()).events ?? [];

  // In one workflow task: a report about the first message, a resend, and the result of the first message.
  await service.startWorker(undefined, 'workflows');
  await eventually(async () => (await events()).some((event) => event.activityTaskScheduledEventAttributes));
  await service.stopWorker();
  await service.startWorker(undefined, 'activities');
  await eventually(async () => (await events()).some((event) => event.activityTaskCompletedEventAttributes));
  const [first] = service.sandbox.inbox(phoneNumber);
  const report = { nonce, sid: first?.sid ?? '', failure: null, messageIndex: 0 };
  await run.signal(deliveryReportSignal, report);
  const hold = service.sandbox.hold('received', phoneNumber);
  const updateId = 'resend';
  const resent = run.executeUpdate(resendUpdate, { updateId, args: [{ nonce, tenantId: 'default' }] });
  const workflowExecution = { workflowId, runId };
  await eventually(() =>
    workflowService
      .pollWorkflowExecutionUpdate({
        namespace: options.namespace,
        updateRef: { workflowExecution, updateId },
        waitPolicy: {
          lifecycleStage:
            temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage
              .UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED,
        },
      })
      .catch(() => undefined),
  );
  await service.startWorker(undefined, 'workflows');
  await resent;
  await hold.untilHeld();

  const state = await run.query(stateQuery);
  expect(state).toMatchObject({ status: 'pending', acceptedMessages: [0] });
  expect(state.messageInFlightSince).toBe(state.messagesAt[1]);
  hold.release();
  await eventually(async () => (await run.query(stateQuery)).acceptedMessages?.length === 2);
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(2);
});
