import {
  callFaults,
  type CallFault,
  type Incident,
  LIST_LAG_MS,
  moments,
  REPORT_STEP_MS,
  type Target,
  targets,
  WORKERS,
} from './faults';
import { createRandom, type Random } from './random';

/** One verification: its faults, and the behaviour of its person. */
export interface PlannedVerification {
  /** The row of the table. */
  readonly fault: string;
  readonly phoneNumber: string;
  readonly startsAfterMs: number;
  /** The faults of its first create calls, in order. Later calls have no fault. */
  readonly callFaults: readonly CallFault[];
  /** It affects all verifications that run at that moment. */
  readonly incident: Incident | undefined;
  /** The first answer to each request does not reach the caller, who repeats the request. */
  readonly losesAnswers: boolean;
  /** Whether the person waits until the status is no longer `sending`, and not only until the message has arrived. */
  readonly isPatient: boolean;
  readonly thinksMs: number;
  /** The number of wrong codes before the right one. */
  readonly wrongAnswers: number;
}

/** Verifications with the same kind of fault. Waves run one after the other, so that they do not affect each other. */
export interface Wave {
  readonly name: string;
  readonly listLagMs: number;
  /** Time from one status of a message to the next. */
  readonly statusStepMs: number;
  /** Rounds run one after the other. The verifications of a round run at the same time. */
  readonly rounds: readonly (readonly PlannedVerification[])[];
}

type Faults = Pick<PlannedVerification, 'callFaults' | 'incident' | 'losesAnswers'> &
  Partial<PlannedVerification>;
/** `isFirst`: whether the verification is the first of its round. */
type Row = readonly [fault: string, draw: (random: Random, isFirst: boolean) => Faults];
interface WaveRows extends Omit<Wave, 'rounds'> {
  readonly atOnce: number;
  readonly rows: readonly Row[];
}

/** Only in this row, the provider's behaviour makes a second message unavoidable. */
export const HIDDEN = 'hidden from the list';

const none: Faults = { callFaults: [], incident: undefined, losesAnswers: false };
const usual = { listLagMs: LIST_LAG_MS.usual, statusStepMs: REPORT_STEP_MS.usual };
const many = { ...usual, atOnce: 50 };
/** Each round has one incident: small rounds lead to many incidents. */
const few = { ...usual, atOnce: 3 };

const waves: readonly WaveRows[] = [
  {
    name: 'a call fails',
    ...many,
    rows: [
      ['none', () => none],
      ["the API's answers lost", () => ({ ...none, losesAnswers: true })],
      ...callFaults.map((fault): Row => [fault, () => ({ ...none, callFaults: [fault] })]),
      ['refused (400)', () => ({ ...none, callFaults: ['refused'] })],
    ],
  },
  {
    name: 'the provider neither lists nor reports a message',
    ...many,
    listLagMs: LIST_LAG_MS.hiding,
    statusStepMs: REPORT_STEP_MS.silent,
    rows: [[HIDDEN, hiddenMessage]],
  },
  {
    name: 'the provider does not list a message, but reports its delivery',
    ...many,
    listLagMs: LIST_LAG_MS.hiding,
    statusStepMs: REPORT_STEP_MS.early,
    rows: [['hidden, but reported', hiddenMessage]],
  },
  { name: 'the provider is unreachable', ...many, rows: [incidentRow('connection refused', 'provider')] },
  { name: 'a worker is killed', ...few, rows: [incidentRow('worker killed', 'worker')] },
  { name: 'every worker is killed', ...few, rows: [incidentRow('every worker killed', 'every worker')] },
  { name: 'the API is killed', ...few, rows: [incidentRow('API killed', 'API')] },
  { name: 'Temporal is killed', ...few, rows: [incidentRow('Temporal killed', 'Temporal')] },
  {
    name: 'everything at once',
    ...many,
    statusStepMs: REPORT_STEP_MS.slow,
    rows: Array.from({ length: 2 }, (): Row => ['everything at once', everything]),
  },
];

/** In the order of the waves. */
export const faults: readonly string[] = [
  ...new Set(waves.flatMap(({ rows }) => rows.map(([fault]) => fault))),
];

/** The plan for a seed, with about the same number of verifications in each row. */
export function makePlan(seed: number, verifications: number): Wave[] {
  const random = createRandom(seed);
  const numbers = phoneNumbers(random);
  const rows = waves.flatMap((wave) => wave.rows.map((row) => ({ wave, row })));
  const drawn = Array.from({ length: Math.ceil(verifications / rows.length) }, () => rows).flat();
  return waves.map(({ rows: _rows, atOnce, ...wave }, index) => {
    const ofWave = drawn.slice(0, verifications).filter((one) => one.wave === waves[index]);
    const planned = random.shuffle(ofWave).map(({ row: [fault, draw] }, place) => ({
      fault,
      phoneNumber: numbers(),
      ...person(random),
      ...draw(random, place % atOnce === 0),
    }));
    return { ...wave, rounds: inRounds(planned, atOnce) };
  });
}

function inRounds<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, round) => items.slice(round * size, (round + 1) * size));
}

function phoneNumbers(random: Random): () => string {
  let next = random.integer(2_000_000, 8_000_000);
  return () => `+1425${next++}`;
}

function person(random: Random) {
  return {
    startsAfterMs: random.integer(0, 500),
    isPatient: random.chance(0.75),
    thinksMs: random.integer(0, 1_500),
    wrongAnswers: random.pick([0, 0, 1, 2, 3]),
  };
}

/** The message is created, but the answer is 500. The person waits until the service knows that it is sent. */
function hiddenMessage(): Faults {
  return { ...none, callFaults: ['500 after creating'], isPatient: true };
}

/** The first verification of a round has the incident and a quick person. The incident affects the whole round. */
function incidentRow(fault: string, target: Target): Row {
  return [
    fault,
    (random, isFirst) =>
      isFirst ? { ...none, incident: incident(random, target), startsAfterMs: 0, thinksMs: 0 } : none,
  ];
}

/** The provider must be unreachable before the start: later, this would have no effect. */
function incident(random: Random, target: Target): Incident {
  const moment = target === 'provider' ? 'before start' : random.pick(moments);
  return { target, moment, delayMs: random.integer(0, 30), worker: random.integer(0, WORKERS - 1) };
}

function everything(random: Random): Faults {
  return {
    losesAnswers: random.chance(0.2),
    callFaults: Array.from({ length: random.integer(0, 2) }, () => random.pick(callFaults)),
    incident: random.chance(0.2) ? incident(random, random.pick(targets)) : undefined,
  };
}
