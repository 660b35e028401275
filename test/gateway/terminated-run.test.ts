import { workflowIdFor } from '../../src/gateway/ids';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { startService, testDigests, uniquePhoneNumber, type Service } from '../support/service';

let server: DevServer;
let service: Service;

afterEach(async () => {
  await service.stop();
  await server.close();
});

test('a run that an operator terminates counts as unsuccessful, with all attempts failed', async () => {
  server = await connectDevServer();
  service = await startService({ ...server, policy: { maxAttempts: 10 }, cooldownSeconds: [0, 7_200] });
  const phoneNumber = uniquePhoneNumber();
  const workflow = server.client.workflow.getHandle(
    workflowIdFor(testDigests.phoneNumber('default', phoneNumber)),
  );
  for (let round = 0; round < 2; round++) {
    await service.verifications.start(service.startRequest(phoneNumber));
    await workflow.terminate('operator');
  }
  // Without failed codes, the cool-down would be at most 300 s.
  const refused = service.verifications.start(service.startRequest(phoneNumber));
  await expect(refused).rejects.toMatchObject({
    refusal: { code: 'phone_number_cooling_down', retryAfterSeconds: expect.any(Number) as number },
  });
  const { refusal } = (await refused.catch((error: unknown) => error)) as {
    refusal: { retryAfterSeconds: number };
  };
  expect(refusal.retryAfterSeconds).toBeGreaterThan(7_000);
});
