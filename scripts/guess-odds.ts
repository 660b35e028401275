import { VERIFY_RULES } from '../src/config/tenant-settings';
import { environment } from '../src/config/variables';
import {
  attemptsAllowed,
  cooldownRefusal,
  emptyLedger,
  ledgerAfter,
  numberLimitRefusal,
} from '../src/domain/ledger';
import { MIN_UNVERIFIED_RUN_MS } from '../src/domain/policy';
import type { Ledger } from '../src/domain/types';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The retention in docker-compose.yml. After that, Temporal has deleted a number's closed runs. */
const RETENTION_MS = 30 * DAY_MS;
const DIGITS = [4, 6, 8];

const defaults = environment.shape;
const numberLimit = defaults.NUMBER_LIMIT.parse(undefined);
const maxAttempts = defaults.MAX_ATTEMPTS.parse(undefined);

interface Rules {
  readonly cooldownSeconds: readonly number[];
  readonly maxAttempts: number;
}

const DEFAULT_RULES: Rules = { cooldownSeconds: defaults.COOLDOWN_SECONDS.parse(undefined), maxAttempts };

/** One verification of the attacker. `at`: milliseconds since the first one; `guesses`: submitted wrong codes. */
interface Try {
  readonly at: number;
  readonly guesses: number;
}

/**
 * All verifications of one number until it is locked, if no guess is right. The attacker guesses at once, without
 * waiting for the message, and starts again as soon as possible.
 */
export function attack(rules = DEFAULT_RULES): readonly Try[] {
  const tries: Try[] = [];
  let ledger = emptyLedger;
  for (let at: number | undefined = 0; at !== undefined; at = nextStart(ledger, at, rules)) {
    const guesses = attemptsAllowed(ledger, rules.maxAttempts);
    tries.push({ at, guesses });
    const endedAt = new Date(at).toISOString();
    const outcome = {
      status: 'max_attempts_reached',
      failedCodes: guesses,
      messages: [at],
      endedAt,
    } as const;
    ledger = ledgerAfter(ledger, outcome, numberLimit);
  }
  return tries;
}

/** When the next start is allowed. Undefined if the number is locked: then every start is refused. */
function nextStart(ledger: Ledger, endedAt: number, { cooldownSeconds }: Rules): number | undefined {
  const wait = cooldownRefusal(ledger, cooldownSeconds, endedAt)?.retryAfterSeconds ?? 0;
  const cooledDownAt = endedAt + Math.max(wait * 1_000, MIN_UNVERIFIED_RUN_MS);
  const tooMany = numberLimitRefusal(ledger.messages, numberLimit, cooledDownAt)?.retryAfterSeconds ?? 0;
  const at = cooledDownAt + tooMany * 1_000;
  return cooldownRefusal(ledger, cooldownSeconds, at) ? undefined : at;
}

/**
 * How many guesses an attacker has within `periodMs`. After the number is locked, the attacker continues when Temporal
 * has deleted the number's runs.
 */
export function guessesWithin(periodMs: number, rules = DEFAULT_RULES): number {
  const round = attack(rules);
  const roundMs = lockedAt(round) + RETENTION_MS;
  const inLastRound = round.filter(({ at }) => at < periodMs % roundMs);
  return Math.floor(periodMs / roundMs) * sum(round) + sum(inLastRound);
}

const sum = (tries: readonly Try[]) => tries.reduce((total, { guesses }) => total + guesses, 0);
const lockedAt = (tries: readonly Try[]) => tries.at(-1)?.at ?? 0;
const grouped = (count: number) => Math.floor(count).toLocaleString('en-US');

/** The odds at one number, as a Markdown table formatted like Prettier. */
export function oddsTable(): string {
  const round = attack();
  const lockDay = Math.ceil(lockedAt(round) / DAY_MS);
  const rows: [string, number][] = [
    ['in the first hour', guessesWithin(HOUR_MS)],
    ['in the first day', guessesWithin(DAY_MS)],
    ['in 30 days', guessesWithin(30 * DAY_MS)],
    // A success resets the count of failed codes: each day is then a first day.
    ['in 30 days, the owner verifies every day', 30 * guessesWithin(DAY_MS)],
    [`until the number is locked (day ${lockDay})`, sum(round)],
    ['in a year, with a retention of 30 days', guessesWithin(365 * DAY_MS)],
  ];
  return table([
    ['wrong guesses at one number', 'at most', ...DIGITS.map((digits) => `${digits} digits`)],
    ...rows.map(([when, guesses]) => [
      when,
      grouped(guesses),
      ...DIGITS.map((digits) => `1 in ${grouped(10 ** digits / guesses)}`),
    ]),
  ]);
}

/** The odds of an attacker who tries many numbers and uses a country's whole budget. */
export function manyNumbers(): string {
  const budget = defaults.COUNTRY_BUDGET.parse(undefined).general;
  if (!budget) return 'No budget limits how many numbers can be tried.';
  const starts = (budget.max / budget.periodMs) * HOUR_MS;
  const hits = DIGITS.map((digits) => `${(starts * maxAttempts) / 10 ** digits} with ${digits} digits`);
  return [
    `${grouped(starts)} starts an hour in one country are ${grouped(starts * maxAttempts)} guesses an hour.`,
    `Of these, ${hits.join(', ')} are right.`,
  ].join('\n');
}

/** The guesses at one number of a tenant with `verify`, whose defaults are Twilio Verify's. */
export function verifyTenant(): string {
  const within = (days: number) => grouped(guessesWithin(days * DAY_MS, VERIFY_RULES));
  const inFirstHour = guessesWithin(HOUR_MS, VERIFY_RULES);
  return `A tenant with verify: ${inFirstHour} guesses in the first hour, ${within(1)} in a day, ${within(365)} in a year.`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head = [], ...body] = rows;
  return [head, rule, ...body].map(line).join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

if (require.main === module)
  process.stdout.write(`${oddsTable()}\n\n${manyNumbers()}\n\n${verifyTenant()}\n`);
