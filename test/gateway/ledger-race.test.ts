import { createVerifications } from '../../src/gateway/verifications';
import { forTenant, type TenantVerifications } from '../support/for-tenant';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  receivedCode,
  startService,
  testDigests,
  testKeyRing,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../support/service';

jest.setTimeout(60_000);

let server: DevServer;
let service: Service;
/** As many gateways as a deployment may have APIs: each takes the starts of one number one by one, together they race. */
let gateways: TenantVerifications[];

beforeAll(async () => {
  server = await connectDevServer();
  // Far more than the test takes: whoever starts a third verification has overlooked the first two.
  const cooldownSeconds = [0, 600];
  service = await startService({ ...server, cooldownSeconds });
  gateways = Array.from({ length: 8 }, () =>
    forTenant(
      createVerifications({
        client: server.client,
        taskQueue: service.taskQueue,
        keyRing: testKeyRing,
        digests: testDigests,
      }),
    ),
  );
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

/** Two verifications of four attempts; the third would have to wait 600 s. */
const ALLOWED_GUESSES = 8;
const by = { caller: 'mallory', idempotencyKey: undefined };

test('hundreds of racing starts get no guess that one after the other would not get', async () => {
  const phoneNumber = uniquePhoneNumber();
  let guesses = 0;
  /** Starts after the last guess that is allowed. */
  let lateStarts = 0;

  /** Starts, and as soon as one comes through spends every attempt on wrong codes. */
  async function attack(gateway: TenantVerifications): Promise<void> {
    while (lateStarts < 200) {
      if (guesses >= ALLOWED_GUESSES) lateStarts += 1;
      const started = await gateway.start(service.startRequest(phoneNumber)).catch(() => undefined);
      if (started === undefined) continue;
      const wrongCode = wrongCodeFor(await receivedCode(service.sandbox, phoneNumber));
      const checks = Array.from({ length: 8 }, () => gateway.check(started.verification.id, wrongCode, by));
      guesses += (await Promise.allSettled(checks)).filter(({ status }) => status === 'fulfilled').length;
    }
  }
  await Promise.all(gateways.map(attack));

  expect(guesses).toBe(ALLOWED_GUESSES);
  expect(new Set(service.sandbox.inbox(phoneNumber)).size).toBe(2);
});
