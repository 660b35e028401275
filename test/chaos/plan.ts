import {
  callFaults,
  type CallFault,
  type Incident,
  LIST_LAG_MS,
  moments,
  REPORT_STEP_MS,
  type Victim,
  victims,
  WORKERS,
} from './faults';
import { createRandom, type Random } from './random';

/** A verification, what will happen to it, and how its person behaves. */
export interface Planned {
  /** The row of the table that it counts in. */
  readonly fault: string;
  readonly phoneNumber: string;
  readonly startsAfterMs: number;
  /** For its create calls, one after the other; those that follow pass. */
  readonly callFaults: readonly CallFault[];
  /** Befalls everyone who is under way. */
  readonly incident: Incident | undefined;
  /** The API's first answer to each request is lost on its way: the caller asks again. */
  readonly losesAnswers: boolean;
  /** Answers only when the service says that the text is out, and not as soon as it has arrived. */
  readonly isPatient: boolean;
  readonly thinksMs: number;
  /** Wrong codes before the right one. */
  readonly wrongAnswers: number;
}

/** What makes verifications hard. Waves follow one another, so that what befalls one befalls no others. */
export interface Wave {
  readonly name: string;
  readonly listLagMs: number;
  /** How fast the provider reports a text's progress. */
  readonly statusStepMs: number;
  /** Rounds, one after the other, of verifications side by side. */
  readonly rounds: readonly (readonly Planned[])[];
}

type Hardship = Pick<Planned, 'callFaults' | 'incident' | 'losesAnswers'> & Partial<Planned>;
/** `isFirst`: of its round. */
type Row = readonly [fault: string, hardship: (random: Random, isFirst: boolean) => Hardship];
interface WaveRows extends Omit<Wave, 'rounds'> {
  readonly atOnce: number;
  readonly rows: readonly Row[];
}

/** The one in which the provider makes a second text unavoidable. */
export const HIDDEN = 'hidden from the list';

const none: Hardship = { callFaults: [], incident: undefined, losesAnswers: false };
const usual = { listLagMs: LIST_LAG_MS.usual, statusStepMs: REPORT_STEP_MS.usual };
const many = { ...usual, atOnce: 50 };
/** So few that there are many rounds: each has one incident. */
const few = { ...usual, atOnce: 3 };

const waves: readonly WaveRows[] = [
  {
    name: 'a call goes wrong',
    ...many,
    rows: [
      ['none', () => none],
      ["the API's answers lost", () => ({ ...none, losesAnswers: true })],
      ...callFaults.map((fault): Row => [fault, () => ({ ...none, callFaults: [fault] })]),
      ['refused for good (400)', () => ({ ...none, callFaults: ['refused for good'] })],
    ],
  },
  {
    name: 'the provider hides a text, and reports nothing of it',
    ...many,
    listLagMs: LIST_LAG_MS.hiding,
    statusStepMs: REPORT_STEP_MS.silent,
    rows: [[HIDDEN, hiddenText]],
  },
  {
    name: 'the provider hides a text, but reports its delivery',
    ...many,
    listLagMs: LIST_LAG_MS.hiding,
    statusStepMs: REPORT_STEP_MS.early,
    rows: [['hidden, but reported', hiddenText]],
  },
  { name: 'the provider is away', ...many, rows: [incidentRow('connection refused', 'provider')] },
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

/** What a seed stands for: so many verifications, about as many in each row. */
export function makePlan(seed: number, verifications: number): Wave[] {
  const random = createRandom(seed);
  const numbers = phoneNumbers(random);
  const rows = waves.flatMap((wave) => wave.rows.map((row) => ({ wave, row })));
  const drawn = Array.from({ length: Math.ceil(verifications / rows.length) }, () => rows).flat();
  return waves.map(({ rows: _rows, atOnce, ...wave }, index) => {
    const ours = drawn.slice(0, verifications).filter((one) => one.wave === waves[index]);
    const planned = random.shuffle(ours).map(({ row: [fault, hardship] }, place) => ({
      fault,
      phoneNumber: numbers(),
      ...person(random),
      ...hardship(random, place % atOnce === 0),
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

/** Created, and seen by nobody but the person, who waits for what the service makes of it. */
function hiddenText(): Hardship {
  return { ...none, callFaults: ['500 after creating'], isPatient: true };
}

/** It befalls the first of a round, who is quick, and with it everyone else. */
function incidentRow(fault: string, victim: Victim): Row {
  return [
    fault,
    (random, isFirst) =>
      isFirst ? { ...none, incident: incident(random, victim), startsAfterMs: 0, thinksMs: 0 } : none,
  ];
}

/** The provider is away before it is needed: later, nobody would notice. */
function incident(random: Random, victim: Victim): Incident {
  const moment = victim === 'provider' ? 'before start' : random.pick(moments);
  return { victim, moment, delayMs: random.integer(0, 30), worker: random.integer(0, WORKERS - 1) };
}

function everything(random: Random): Hardship {
  return {
    losesAnswers: random.chance(0.2),
    callFaults: Array.from({ length: random.integer(0, 2) }, () => random.pick(callFaults)),
    incident: random.chance(0.2) ? incident(random, random.pick(victims)) : undefined,
  };
}
