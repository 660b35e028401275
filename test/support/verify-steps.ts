import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AsyncCommand } from 'fast-check';
import { workflowIdFor } from '../../src/gateway/ids';
import type { VerificationState } from '../../src/workflows/definitions';
import { eventually, receivedCode, testDigests, uniquePhoneNumber, type Service } from './service';
import type { SkippedClock } from './skipped-clock';
import { send, SERVICE_SID, type RawAnswer } from './verify-service';

// The steps of a sequence of requests for one number, over Twilio Verify's API and over REST, and what must be true
// after each of them.

const WINDOW_MS = 600_000;
const MAX_ATTEMPTS = 5;
const MAX_SENDS = 5;
const CREATE = `/v2/Services/${SERVICE_SID}/Verifications`;

export interface Surroundings {
  readonly env: TestWorkflowEnvironment;
  readonly clock: SkippedClock;
  readonly service: Service;
  readonly baseUrl: string;
}

type Phase = 'none' | 'pending' | 'approved' | 'canceled' | 'expired' | 'max_attempts_reached';

/** What must be true of the number's last verification. */
export interface Model {
  phase: Phase;
  /** Time since its start. */
  ageMs: number;
  sends: number;
  /** Codes that were judged. */
  judged: number;
  /** Messages to the number, of all its verifications. */
  messages: number;
}

/** The number, and what its last verification was called. */
export class Scenario {
  readonly to = uniquePhoneNumber();
  sid: unknown;
  code = '';
  /** Undefined if the REST API did not start the verification. */
  restId: string | undefined;

  constructor(readonly surroundings: Surroundings) {}

  verify(path: string, body?: Record<string, string>): Promise<RawAnswer> {
    return send(this.surroundings.baseUrl, path, body && { body });
  }

  create(): Promise<RawAnswer> {
    // While a message is in flight, this API asks the client to come again.
    return eventually(async () => {
      const answer = await this.verify(CREATE, { To: this.to, Channel: 'sms' });
      return answer.body['code'] === 60212 ? undefined : answer;
    });
  }

  check(Code: string): Promise<RawAnswer> {
    return this.verify(`/v2/Services/${SERVICE_SID}/VerificationCheck`, { To: this.to, Code });
  }

  update(Status: string): Promise<RawAnswer> {
    return this.verify(`${CREATE}/${this.to}`, { Status });
  }

  async rest(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
    const headers = { authorization: 'Bearer shop-key' };
    const { statusCode, body } = await this.surroundings.service.app.inject({
      method,
      url,
      headers,
      ...(payload && { payload }),
    });
    return { status: statusCode, body: JSON.parse(body) as Record<string, unknown> };
  }

  restOperation(operation: string, payload?: object) {
    return this.rest('POST', `/verifications/${this.restId ?? ''}/${operation}`, payload);
  }

  /** The workflow's state, once no message is in flight. */
  settled(): Promise<VerificationState> {
    const workflowId = workflowIdFor(testDigests.phoneNumber('shop', this.to));
    const handle = this.surroundings.env.client.workflow.getHandle(workflowId);
    return eventually(async () => {
      const state = await handle.query<VerificationState>('state');
      return state.status !== 'sending' && state.messageInFlightSince === null && state;
    });
  }

  /** Takes over a new verification. */
  async begin(model: Model, { sid, restId }: { sid?: unknown; restId?: string }): Promise<void> {
    Object.assign(model, { phase: 'pending', ageMs: 0, sends: 1, judged: 0, messages: model.messages + 1 });
    await this.settled();
    const fetched = await this.verify(`${CREATE}/${this.to}`);
    mustDiffer(fetched.body['sid'], this.sid);
    if (sid !== undefined) mustBe(fetched.body['sid'], sid);
    this.sid = fetched.body['sid'];
    this.restId = restId;
    this.code = await receivedCode(this.surroundings.service.sandbox, this.to);
  }

  /** Compares everything that can be seen with the model. */
  async compare(model: Model): Promise<void> {
    const received = this.surroundings.service.sandbox.inbox(this.to);
    mustHaveLength(received, model.messages);
    // The same code in all messages of the verification.
    for (const { body } of received.slice(0, model.sends)) mustContain(body, this.code);
    const fetched = await this.verify(`${CREATE}/${this.to}`);
    const isShown = ['pending', 'canceled', 'max_attempts_reached'].includes(model.phase);
    mustBe(fetched.status, isShown ? 200 : 404);
    if (isShown) {
      mustMatch(fetched.body, { sid: this.sid, status: model.phase, valid: false });
      mustHaveLength(fetched.body['send_code_attempts'], model.sends);
    }
    if (this.restId === undefined) return;
    const { body } = await this.rest('GET', `/verifications/${this.restId}`);
    mustMatch(body, {
      status: model.phase === 'approved' ? 'verified' : model.phase,
      attemptsRemaining: MAX_ATTEMPTS - model.judged,
    });
  }
}

/** One step of a sequence. It changes the model as the tables say, and compares the answer. */
export class Step implements AsyncCommand<Model, Scenario> {
  constructor(
    private readonly name: string,
    private readonly act: (model: Model, scenario: Scenario) => Promise<void>,
    private readonly needsRestId = false,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, scenario: Scenario): Promise<void> {
    await scenario.surroundings.clock.follow();
    if (this.needsRestId && scenario.restId === undefined) return;
    await this.act(model, scenario);
    await scenario.compare(model);
  }

  toString(): string {
    return this.name;
  }
}

const isOpen = ({ phase }: Model) => phase === 'pending';
/** Whether too many codes were wrong in a window that is not over. */
const isUsedUp = ({ phase, ageMs }: Model) => phase === 'max_attempts_reached' && ageMs < WINDOW_MS;

function expectRefusal(answer: RawAnswer, status: number, code: number): void {
  mustMatch(answer, { status, body: { code, status } });
}

/** The answer to a message about a verification that is not open. */
function expectEnded(answer: RawAnswer, model: Model): void {
  if (isUsedUp(model)) expectRefusal(answer, 429, 60202);
  else expectRefusal(answer, 404, 20404);
}

const create = new Step('create', async (model, scenario) => {
  const answer = await scenario.create();
  if (isUsedUp(model)) return expectRefusal(answer, 429, 60202);
  if (isOpen(model) && model.sends === MAX_SENDS) return expectRefusal(answer, 429, 60203);
  mustMatch(answer, { status: 201, body: { status: 'pending', to: scenario.to } });
  if (!isOpen(model)) return scenario.begin(model, { sid: answer.body['sid'] });
  mustBe(answer.body['sid'], scenario.sid);
  model.sends += 1;
  model.messages += 1;
  await scenario.settled();
});

const restStart = new Step('REST start', async (model, scenario) => {
  const { status, body } = await scenario.rest('POST', '/verifications', { phoneNumber: scenario.to });
  if (isOpen(model)) {
    mustMatch({ status, code: body['code'] }, { status: 409, code: 'verification_in_progress' });
    return;
  }
  mustBe(status, 202);
  await scenario.begin(model, { restId: String(body['id']) });
});

const restResend = new Step(
  'REST resend',
  async (model, scenario) => {
    const { status, body } = await eventually(async () => {
      const answer = await scenario.restOperation('resend');
      return answer.body['code'] === 'resend_too_soon' ? undefined : answer;
    });
    if (!isOpen(model)) {
      mustBe(status, 410);
      return;
    }
    if (model.sends === MAX_SENDS) {
      mustMatch(body, { code: 'resend_limit_reached' });
      return;
    }
    mustBe(status, 202);
    model.sends += 1;
    model.messages += 1;
    await scenario.settled();
  },
  true,
);

/** Counts a code that was judged. */
function count(model: Model, isRight: boolean): void {
  model.judged += 1;
  if (isRight) model.phase = 'approved';
  else if (model.judged === MAX_ATTEMPTS) model.phase = 'max_attempts_reached';
}

/** `code`: what is submitted in place of the right code; undefined for the right one. */
const check = (name: string, code?: string) =>
  new Step(`check ${name}`, async (model, scenario) => {
    const right = scenario.code || '123456';
    const answer = await scenario.check(code ?? right);
    if (!isOpen(model)) return expectEnded(answer, model);
    const isRight = code === undefined;
    mustMatch(answer, {
      status: 200,
      body: { sid: scenario.sid, valid: isRight, status: isRight ? 'approved' : 'pending' },
    });
    count(model, isRight);
  });

const checkWrong = new Step('check wrong', async (model, scenario) => {
  const answer = await scenario.check(wrongCodeOf(scenario.code));
  if (!isOpen(model)) return expectEnded(answer, model);
  mustMatch(answer, { status: 200, body: { valid: false, status: 'pending' } });
  count(model, false);
});

const checkGarbage = new Step('check garbage', async (_model, scenario) => {
  expectRefusal(await scenario.check('12ab'), 400, 60200);
});

const restCheck = (isRight: boolean) =>
  new Step(
    `REST check ${isRight ? 'right' : 'wrong'}`,
    async (model, scenario) => {
      const code = isRight ? scenario.code : wrongCodeOf(scenario.code);
      const { status, body } = await scenario.restOperation('check', { code });
      if (!isOpen(model)) {
        mustBe(status, 410);
        return;
      }
      mustMatch({ status, verified: body['verified'] }, { status: 200, verified: isRight });
      count(model, isRight);
    },
    true,
  );

const restCheckLength = new Step(
  'REST check of another length',
  async (model, scenario) => {
    const { status } = await scenario.restOperation('check', { code: '1234' });
    mustBe(status, isOpen(model) ? 400 : 410);
  },
  true,
);

const update = (status: 'canceled' | 'approved') =>
  new Step(`update ${status}`, async (model, scenario) => {
    const answer = await scenario.update(status);
    if (!isOpen(model)) return expectRefusal(answer, 404, 20404);
    mustMatch(answer, {
      status: 200,
      body: { sid: scenario.sid, status, valid: status === 'approved' },
    });
    model.phase = status;
  });

const restCancel = new Step(
  'REST cancel',
  async (model, scenario) => {
    const { status, body } = await scenario.rest('DELETE', `/verifications/${scenario.restId ?? ''}`);
    mustBe(status, 200);
    if (isOpen(model)) model.phase = 'canceled';
    mustBe(body['status'], model.phase === 'approved' ? 'verified' : model.phase);
  },
  true,
);

const pass = (ms: number) =>
  new Step(`${ms / 1000} s`, async (model, scenario) => {
    await scenario.surroundings.clock.skip(ms);
    model.ageMs += ms;
    if (isOpen(model) && model.ageMs >= WINDOW_MS) model.phase = 'expired';
  });

/** Six digits that are not this code. */
function wrongCodeOf(code: string): string {
  return code === '000000' ? '000001' : '000000';
}

const wait = pass(100_000);
/** Long enough for a window to end. */
const longWait = pass(700_000);

/** Sequences in which codes are guessed, in which messages are sent, and of everything. */
export const kinds: readonly (readonly Step[])[] = [
  [create, restStart, checkWrong, checkWrong, checkWrong, restCheck(false), restCheck(false), wait, longWait],
  [create, create, create, create, restStart, restResend, restResend, wait, longWait],
  [
    create,
    create,
    create,
    restStart,
    restStart,
    checkWrong,
    checkWrong,
    check('right'),
    check('of another length', '1234'),
    checkGarbage,
    restResend,
    restCheck(true),
    restCheck(false),
    restCheckLength,
    update('canceled'),
    update('approved'),
    restCancel,
    wait,
    longWait,
  ],
];
/** Sequences to the ends that random ones seldom reach. */
export const examples: [Step[]][] = [
  [
    [
      restStart,
      checkWrong,
      restCheck(false),
      wait,
      create,
      checkWrong,
      checkWrong,
      checkWrong,
      checkWrong,
      create,
    ],
  ],
  [
    [
      create,
      ...Array.from({ length: 5 }, () => checkWrong),
      create,
      wait,
      check('right'),
      longWait,
      create,
      check('right'),
    ],
  ],
  [[restStart, create, restResend, create, create, create, restResend, checkWrong, check('right'), create]],
];

export const newModel = (): Model => ({ phase: 'none', ageMs: 0, sends: 0, judged: 0, messages: 0 });

function mustBe(actual: unknown, expected: unknown): void {
  expect(actual).toBe(expected);
}

function mustDiffer(actual: unknown, other: unknown): void {
  expect(actual).not.toBe(other);
}

function mustMatch(actual: unknown, expected: object): void {
  expect(actual).toMatchObject(expected);
}

function mustHaveLength(actual: unknown, length: number): void {
  expect(actual).toHaveLength(length);
}

function mustContain(actual: string, part: string): void {
  expect(actual).toContain(part);
}
