import { VerificationError } from '../../../src/domain/refusals';
import type { TenantVerifications } from '../../support/for-tenant';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import {
  anotherGateway,
  receivedCode,
  startService,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../../support/service';

let server: DevServer;
let service: Service;
/** Each represents one API process. One gateway runs the starts of a number one by one, but several gateways race. */
let gateways: TenantVerifications[];

beforeAll(async () => {
  server = await connectDevServer();
  // The cool-down is longer than the test. A third verification would mean that the first two were missed.
  const cooldownSeconds = [0, 600];
  service = await startService({ ...server, cooldownSeconds });
  const { taskQueue } = service;
  gateways = Array.from({ length: 8 }, () => anotherGateway({ client: server.client, taskQueue }));
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

const ATTEMPTS = 4;
/** Those of two verifications. The third must wait 600 s. */
const ALLOWED_GUESSES = 2 * ATTEMPTS;
const by = { caller: 'mallory', idempotencyKey: undefined };

test('hundreds of racing starts get no more guesses than starts one after the other', async () => {
  const phoneNumber = uniquePhoneNumber();
  const ids = new Set<string>();
  let guesses = 0;
  /** Starts after the last allowed guess. The answer to a guess can be lost if the machine is overloaded. */
  let lateStarts = 0;

  /** Starts verifications again and again, and uses all attempts of each on wrong codes. */
  async function attack(gateway: TenantVerifications): Promise<void> {
    while (lateStarts < 200) {
      const started = await gateway.start(service.startRequest(phoneNumber)).catch(asError);
      if (guesses >= ALLOWED_GUESSES || isCoolingDown(started)) lateStarts += 1;
      if (started instanceof Error) continue;
      ids.add(started.verification.id);
      const wrongCode = wrongCodeFor(await receivedCode(service.sandbox, phoneNumber));
      const checks = Array.from({ length: 8 }, () => gateway.check(started.verification.id, wrongCode, by));
      guesses += (await Promise.allSettled(checks)).filter(({ status }) => status === 'fulfilled').length;
    }
  }
  await Promise.all(gateways.map(attack));

  const verifications = await Promise.all([...ids].map((id) => service.verifications.get(id)));
  const judged = verifications.map(({ attemptsRemaining }) => ATTEMPTS - attemptsRemaining);
  expect(judged).toEqual([ATTEMPTS, ATTEMPTS]);
  // Attempts of the second verification can be used up before its message is sent.
  expect(service.sandbox.inbox(phoneNumber).length).toBeLessThanOrEqual(2);
});

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function isCoolingDown(started: unknown): boolean {
  return started instanceof VerificationError && started.code === 'phone_number_cooling_down';
}
