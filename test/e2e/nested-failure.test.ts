import type { temporal } from '@temporalio/proto';
import { util } from 'protobufjs';
import { callApi } from '../support/api-client';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { RunningService } from '../support/running-service';
import { receivedCode, uniquePhoneNumber } from '../support/service';
import { partsOf } from '../support/verification-id';

/** Fewer causes are always read. With more, the SDK's core does not pass the task on to the worker. */
const CAUSES = [93, 94, 95, 96];
const ENCODABLE_LEVELS = 200;

const defaultLimit = util.recursionLimit;
let server: DevServer;
let service: RunningService;

beforeAll(async () => {
  // This process must be able to send what the worker receives.
  util.recursionLimit = ENCODABLE_LEVELS;
  server = await connectDevServer();
  service = await RunningService.create();
});

afterAll(async () => {
  util.recursionLimit = defaultLimit;
  await service.stop();
  await server.close();
});

function failureWith(causes: number): temporal.api.failure.v1.IFailure {
  const applicationFailureInfo = { type: 'x', nonRetryable: true };
  let failure: temporal.api.failure.v1.IFailure = { message: 'x', applicationFailureInfo };
  for (let i = 0; i < causes; i++) failure = { message: 'x', applicationFailureInfo, cause: failure };
  return failure;
}

test('a failure with very many causes, which somebody else reports, does not end the worker', async () => {
  const [api, worker] = await Promise.all([service.startApi(), service.startWorker()]);
  const call = (method: string, path: string, body?: object) =>
    callApi(method, `${api.url}${path}`, { body, headers: { prefer: 'wait=5' } });

  for (const causes of CAUSES) {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', phoneNumber);
    const { body } = await call('POST', '', { phoneNumber });
    await hold.untilHeld();
    await server.client.workflowService.respondActivityTaskFailedById({
      namespace: 'default',
      workflowId: partsOf(body.id).workflowId,
      activityId: '1',
      failure: failureWith(causes),
    });
  }

  const phoneNumber = uniquePhoneNumber();
  const { body } = await call('POST', '', { phoneNumber });
  const ended = worker.exited.then(() => 'the worker has ended');
  const code = await Promise.race([receivedCode(service.sandbox, phoneNumber), ended]);
  expect(await call('POST', `/${body.id}/check`, { code })).toMatchObject({ body: { verified: true } });
  expect(await Promise.race([ended, Promise.resolve('the worker runs')])).toBe('the worker runs');
});
