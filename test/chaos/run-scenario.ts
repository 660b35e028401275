import { setTimeout as sleep } from 'node:timers/promises';
import { receivedCode } from '../../harness/received-code';
import type { SmsSandbox } from '../../sandbox';
import { Caller, type Verification } from './caller';
import type { BreakableService } from './breakable-service';
import type { FaultInjector } from './fault-injector';
import type { PlannedVerification } from './plan';
import { Scenario, type ScenarioResult } from './scenario';

const POLL_INTERVAL_MS = 400;
const MAX_ATTEMPTS = 4;

/** Runs one verification from start to end. The person submits the code, and the caller repeats every request. */
export async function runScenario(
  planned: PlannedVerification,
  service: BreakableService,
  faults: FaultInjector,
): Promise<ScenarioResult> {
  await sleep(planned.startsAfterMs);
  const scenario = new Scenario(planned);
  const caller = new Caller(
    service.apiUrl,
    ({ status }) => scenario.recordAnswer(status),
    planned.losesAnswers ? () => scenario.recordFault() : undefined,
  );
  try {
    const status = await faults.during(scenario, () => verify(scenario, caller, service.sandbox, faults));
    if (status === 'verified' || status === 'undeliverable') return scenario.end(status);
    return scenario.end('lost', `ended ${status}`);
  } catch (error) {
    return scenario.end('lost', error instanceof Error ? error.message : String(error));
  }
}

/** Returns the final status. */
async function verify(
  scenario: Scenario,
  caller: Caller,
  sandbox: SmsSandbox,
  faults: FaultInjector,
): Promise<string> {
  const { id } = await start(scenario, caller, faults);
  scenario.id = id;
  const sent = await untilMessageSent(id, scenario.planned, caller, sandbox);
  if (sent.status !== 'undeliverable') {
    await sleep(scenario.planned.thinksMs);
    await faults.reach('message received', scenario);
    await answer(id, scenario, caller, sandbox, faults);
  }
  return (await caller.get(id)).status;
}

async function start(scenario: Scenario, caller: Caller, faults: FaultInjector): Promise<Verification> {
  const { phoneNumber } = scenario.planned;
  await faults.reach('before start', scenario);
  const [started] = await Promise.all([
    caller.start(phoneNumber, `start ${phoneNumber}`),
    faults.reach('start', scenario),
  ]);
  return started;
}

/** An impatient person answers as soon as the message has arrived, even if the status is still `sending`. */
async function untilMessageSent(
  id: string,
  { phoneNumber, isPatient }: PlannedVerification,
  caller: Caller,
  sandbox: SmsSandbox,
) {
  for (;;) {
    const verification = await caller.get(id);
    const hasArrived = sandbox.inbox(phoneNumber).length > 0;
    if (verification.status !== 'sending' || (hasArrived && !isPatient)) return verification;
    await sleep(POLL_INTERVAL_MS);
  }
}

/** @throws Error if a wrong code does not cost exactly one attempt, or the right code does not verify the number */
async function answer(
  id: string,
  scenario: Scenario,
  caller: Caller,
  sandbox: SmsSandbox,
  faults: FaultInjector,
) {
  const { phoneNumber, wrongAnswers } = scenario.planned;
  const code = receivedCode(sandbox, phoneNumber);
  if (code === undefined) throw new Error('no message has arrived, although the status is no longer sending');
  for (let attempt = 1; attempt <= wrongAnswers + 1; attempt++) {
    const isRight = attempt > wrongAnswers;
    const submitted = isRight ? code : String((Number(code) + attempt) % 10_000).padStart(4, '0');
    const [checked] = await Promise.all([
      caller.check(id, submitted, `check ${phoneNumber} ${attempt}`),
      faults.reach('check', scenario),
    ]);
    const { verified, attemptsRemaining, status } = checked;
    if (status === 'undeliverable') return;
    if (verified !== isRight)
      throw new Error(`a ${isRight ? 'right' : 'wrong'} code got ${JSON.stringify(checked)}`);
    if (attemptsRemaining !== MAX_ATTEMPTS - attempt)
      throw new Error(`after ${attempt} attempts ${attemptsRemaining} are left`);
  }
}
