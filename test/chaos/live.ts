import { setTimeout as sleep } from 'node:timers/promises';
import type { SmsSandbox } from '../../sandbox';
import { Caller, type Verification } from './caller';
import { Course, type Story } from './course';
import type { Planned } from './plan';
import type { Stage } from './stage';
import type { Trouble } from './trouble';

const LOOK_EVERY_MS = 400;
const MAX_ATTEMPTS = 4;

/** One verification from its start to its end, with a person who answers the text and a caller who does not give up. */
export async function live(planned: Planned, stage: Stage, trouble: Trouble): Promise<Story> {
  await sleep(planned.startsAfterMs);
  const course = new Course(planned);
  const caller = new Caller(
    stage.apiUrl,
    ({ status }) => course.answered(status),
    planned.losesAnswers ? () => course.strike() : undefined,
  );
  try {
    const status = await trouble.during(course, () => verify(course, caller, stage.sandbox, trouble));
    if (status === 'verified' || status === 'undeliverable') return course.end(status);
    return course.end('lost', `ended ${status}`);
  } catch (error) {
    return course.end('lost', error instanceof Error ? error.message : String(error));
  }
}

/** Returns the status in the end. */
async function verify(course: Course, caller: Caller, phone: SmsSandbox, trouble: Trouble): Promise<string> {
  const { id } = await start(course, caller, trouble);
  course.id = id;
  const texted = await untilTexted(id, course.planned, caller, phone);
  if (texted.status !== 'undeliverable') {
    await sleep(course.planned.thinksMs);
    await trouble.reach('texted', course);
    await answer(id, course, caller, phone, trouble);
  }
  return (await caller.look(id)).status;
}

async function start(course: Course, caller: Caller, trouble: Trouble): Promise<Verification> {
  const { phoneNumber } = course.planned;
  await trouble.reach('before start', course);
  const [started] = await Promise.all([
    caller.start(phoneNumber, `start ${phoneNumber}`),
    trouble.reach('start', course),
  ]);
  return started;
}

/** A person who is not patient answers the text as soon as it is there, whatever the service knows of it. */
async function untilTexted(
  id: string,
  { phoneNumber, isPatient }: Planned,
  caller: Caller,
  phone: SmsSandbox,
) {
  for (;;) {
    const verification = await caller.look(id);
    const hasArrived = phone.inbox(phoneNumber).length > 0;
    if (verification.status !== 'sending' || (hasArrived && !isPatient)) return verification;
    await sleep(LOOK_EVERY_MS);
  }
}

/** @throws Error when a wrong code costs anything but one attempt, or the right one does not verify */
async function answer(id: string, course: Course, caller: Caller, phone: SmsSandbox, trouble: Trouble) {
  const { phoneNumber, wrongAnswers } = course.planned;
  const [code] = /\d{4}/.exec(phone.inbox(phoneNumber)[0]?.body ?? '') ?? [];
  if (code === undefined) throw new Error('no text although it is said to be out');
  for (let attempt = 1; attempt <= wrongAnswers + 1; attempt++) {
    const isRight = attempt > wrongAnswers;
    const submitted = isRight ? code : String((Number(code) + attempt) % 10_000).padStart(4, '0');
    const [checked] = await Promise.all([
      caller.check(id, submitted, `check ${phoneNumber} ${attempt}`),
      trouble.reach('check', course),
    ]);
    const { verified, attemptsRemaining, status } = checked;
    if (status === 'undeliverable') return;
    if (verified !== isRight)
      throw new Error(`a ${isRight ? 'right' : 'wrong'} code got ${JSON.stringify(checked)}`);
    if (attemptsRemaining !== MAX_ATTEMPTS - attempt)
      throw new Error(`after ${attempt} attempts ${attemptsRemaining} are left`);
  }
}
