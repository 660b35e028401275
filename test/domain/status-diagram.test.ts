import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { emptyLedger } from '../../src/domain/ledger';
import { isFinal, statuses } from '../../src/domain/types';
import { Verification } from '../../src/domain/verification';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const WINDOW_MS = 90_000;
const LONGEST_SEQUENCE = 5;

const lost = { code: '30003', message: 'Not reachable.' };

type Event = (verification: Verification, now: number) => void;

/** Happens only before everything else: when the first worker takes the verification. */
const firstTask: Event = (verification, now) => verification.failIfTooLate(now);
/** All that can happen to a verification after that. */
const events: readonly Event[] = [
  (verification, now) => verification.messageRequested(now),
  (verification, now) =>
    verification.messageSettled({ outcome: 'accepted', sid: 'SM1', acceptedAt: now }, now),
  (verification, now) => verification.messageSettled({ outcome: 'not_sent', acceptedAt: now }, now),
  (verification, now) => verification.messageSettled({ outcome: 'failed', error: lost }, now),
  (verification, now) => verification.deliveryReported({ sid: 'SM1', failure: null }, now),
  (verification, now) => verification.deliveryReported({ sid: 'SM1', failure: lost }, now),
  (verification, now) => void verification.submit(4, ['right'], now),
  (verification, now) => void verification.submit(4, ['wrong'], now),
  (verification, now) => verification.cancel(now),
  (verification) => verification.close(),
];
/** Before an event: at once, or after the window or the deadline of a message. */
const pauses = [0, WINDOW_MS];

function create(): Verification {
  const policy = {
    codeLength: 4,
    windowMs: WINDOW_MS,
    maxAttempts: 2,
    resendIntervalMs: 0,
    maxResends: 1,
    numberLimit: null,
  };
  const input = {
    tenantId: 'default',
    channel: 'sms',
    phoneNumber: '+14255550123',
    nonce: 'nonce',
    keyId: 'k1',
    tag: 'right',
    policy,
    ledger: emptyLedger,
    createdAt: new Date(START).toISOString(),
  } as const;
  return new Verification(input, START);
}

/** The transitions of every sequence of up to LONGEST_SEQUENCE events, as arrows of the diagram. */
function possibleArrows(): Set<string> {
  const arrows = new Set<string>();
  const stepsOf = (apply: Event) => pauses.map((pauseMs) => ({ apply, pauseMs }));
  const steps = events.flatMap(stepsOf);

  function walk(taken: readonly (typeof steps)[number][]): void {
    const verification = create();
    let now = START;
    for (const { apply, pauseMs } of taken) {
      const before = verification.status;
      now += pauseMs;
      apply(verification, now);
      if (verification.status !== before) arrows.add(`${before} --> ${verification.status}`);
    }
    if (taken.length < LONGEST_SEQUENCE) for (const step of steps) walk([...taken, step]);
  }

  for (const step of stepsOf(firstTask)) walk([step]);
  arrows.add(`[*] --> ${create().status}`);
  for (const status of statuses) if (isFinal(status)) arrows.add(`${status} --> [*]`);
  return arrows;
}

test('the diagram in docs/architecture.md shows the transitions that the code can make, and no others', () => {
  const page = readFileSync(path.join(PROJECT_DIRECTORY, 'docs/architecture.md'), 'utf8');
  const [, diagram = ''] = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(page) ?? [];
  const drawn = diagram
    .split('\n')
    .filter((line) => line.includes('-->'))
    .map((line) => line.replace(/:.*/, '').trim());

  expect(drawn.toSorted()).toEqual([...possibleArrows()].toSorted());
});
