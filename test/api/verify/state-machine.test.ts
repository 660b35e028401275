import fc from 'fast-check';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Service } from '../../support/service';
import { SkippedClock } from '../../support/skipped-clock';
import { createTimeSkipping } from '../../support/time-skipping';
import { startVerifyService } from '../../support/verify-service';
import { examples, kinds, newModel, Scenario } from '../../support/verify-steps';

// Any sequence of requests for one number, over Twilio Verify's API and over REST, in any stretch of time.

const RUNS = 16;
const STEPS = 24;

let env: TestWorkflowEnvironment;
let clock: SkippedClock;
let service: Service;
let baseUrl: string;

beforeAll(async () => {
  env = await createTimeSkipping();
  clock = new SkippedClock(env);
  ({ service, baseUrl } = await startVerifyService(env));
});
afterAll(async () => {
  await service.stop();
  clock.restore();
  await env.teardown();
});

const sequences = fc
  .constantFrom(...kinds)
  .chain((steps) => fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: STEPS, size: 'max' }));

test('any sequence keeps one verification, its code, its counts and its end', async () => {
  const property = fc.asyncProperty(sequences, (sequence) =>
    fc.asyncModelRun(
      () => ({ model: newModel(), real: new Scenario({ env, clock, service, baseUrl }) }),
      sequence,
    ),
  );
  // On a failure, fast-check prints the seed and the shortest sequence.
  await fc.assert(property, { numRuns: RUNS, examples });
});
