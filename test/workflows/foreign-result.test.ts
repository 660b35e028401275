import type { temporal } from '@temporalio/proto';
import { createDataConverter } from '../../src/temporal/data-converter';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  eventually,
  startService,
  testKeyRing,
  uniquePhoneNumber,
  untilPending,
  type Service,
} from '../support/service';
import { partsOf } from '../support/verification-id';

// Somebody who can write to the namespace, but has no keys, reports the result of an activity in place of the worker.

type Failure = temporal.api.failure.v1.IFailure;

const failed = (failure: Failure) => ({ failure });
const completed = (text: string, encoding = 'json/plain', metadata: Record<string, Uint8Array> = {}) => ({
  payload: { metadata: { encoding: Buffer.from(encoding), ...metadata }, data: Buffer.from(text) },
});

const results: Record<string, { failure: Failure } | ReturnType<typeof completed>> = {
  'an accepted message': completed('{"outcome":"accepted","sid":"SM1","acceptedAt":1}'),
  'a large text': completed('x'.repeat(1_500_000)),
  'what is not encrypted with its key': completed('x'.repeat(64), 'binary/encrypted', {
    'encryption-key-id': Buffer.from(testKeyRing.first.id),
  }),
  'a failure': failed({ message: 'x', applicationFailureInfo: { type: 'x', nonRetryable: true } }),
  'a failure that says that nothing was sent': failed({
    message: 'x',
    applicationFailureInfo: { type: 'NothingSent', nonRetryable: true },
  }),
  'a cancellation that nobody requested': failed({ message: 'x', canceledFailureInfo: {} }),
};

let server: DevServer;
let service: Service;

beforeAll(async () => {
  const dataConverter = createDataConverter(testKeyRing, true);
  server = await connectDevServer({ dataConverter });
  service = await startService({
    ...server,
    dataConverter: createDataConverter(testKeyRing, true, () => {}),
    policy: { resendIntervalMs: 0 },
  });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

/** Reports the result of the run's activity. It has only one that is open. */
async function report(id: string, result: (typeof results)[string]): Promise<void> {
  const { workflowService } = server.client;
  const execution = { workflowId: partsOf(id).workflowId };
  const { pendingActivities } = await workflowService.describeWorkflowExecution({
    namespace: 'default',
    execution,
  });
  const activity = {
    namespace: 'default',
    ...execution,
    activityId: pendingActivities?.[0]?.activityId ?? '',
  };
  if ('failure' in result) await workflowService.respondActivityTaskFailedById({ ...activity, ...result });
  else
    await workflowService.respondActivityTaskCompletedById({
      ...activity,
      result: { payloads: [result.payload] },
    });
}

test.each(Object.entries(results))('%s ends the verification as delivery_unknown', async (_, result) => {
  const phoneNumber = uniquePhoneNumber();
  const hold = service.sandbox.hold('recorded', phoneNumber);
  const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
  await hold.untilHeld();
  await report(verification.id, result);
  const ended = await eventually(async () => {
    const found = await service.verifications.get(verification.id);
    return found.endedAt === null ? undefined : found;
  });
  expect(ended).toMatchObject({ status: 'undeliverable', error: { code: 'delivery_unknown' } });
  hold.release();
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
});

test.each(Object.entries(results))('%s for a resend does not end the verification', async (_, result) => {
  const { id, phoneNumber, code } = await service.startAndReceive();
  await untilPending(service, id);
  const hold = service.sandbox.hold('recorded', phoneNumber);
  await service.verifications.resend(id);
  await hold.untilHeld();
  await report(id, result);
  await eventually(async () => !(await service.verifications.get(id)).messageInFlight);
  hold.release();
  const by = { caller: 'alice', idempotencyKey: undefined };
  expect(await service.verifications.check(id, code, by)).toMatchObject({ verified: true });
});
