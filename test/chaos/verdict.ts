import type { SmsSandbox } from '../../sandbox';
import type { Story } from './course';
import { parseVerificationId } from '../../src/gateway/ids';
import { faults, HIDDEN } from './plan';

/** What the verifications with one fault came to. */
export interface Row {
  readonly fault: string;
  readonly verifications: number;
  /** Texts received: exactly one, none because undeliverable was reported, more than one. */
  readonly texts: { readonly one: number; readonly none: number; readonly more: number };
  /** Verifications whose texts did not all hold the same code. */
  readonly twoCodes: number;
  readonly outcomes: Readonly<Record<Story['outcome'], number>>;
  /** From the fault to the first answer that says what became of the text; undefined where nothing went wrong. */
  readonly slowestRecoveryMs: number | undefined;
}

export interface Verdict {
  readonly rows: readonly Row[];
  /** What was promised and not kept; empty if all is well. */
  readonly violations: readonly string[];
}

/** `counted`: the workflow IDs of those whose text a worker has sent again although an earlier one may exist. */
export function judge(stories: readonly Story[], phone: SmsSandbox, counted: ReadonlySet<string>): Verdict {
  return {
    rows: faults.map((fault) => row(fault, stories, phone)).filter(({ verifications }) => verifications > 0),
    violations: stories.flatMap((story) =>
      violationsOf(story, bodies(story, phone), counted).map(
        (violation) => `${story.planned.fault}, ${story.planned.phoneNumber}: ${violation}`,
      ),
    ),
  };
}

function violationsOf(story: Story, texts: readonly string[], counted: ReadonlySet<string>): string[] {
  const { planned, id, outcome, problem, struckAt } = story;
  const violations: string[] = [];
  if (outcome === 'lost') violations.push(`lost: ${problem}`);
  if (new Set(texts).size > 1) violations.push('two different codes');
  if (texts.length > 1) {
    const isCounted = counted.has(parseVerificationId(id ?? '')?.workflowId ?? '');
    if (planned.fault !== HIDDEN) violations.push(`${texts.length} texts`);
    else if (!isCounted) violations.push(`${texts.length} texts, and no worker counted it`);
  }
  const isHit = planned.callFaults.length > 0 || planned.incident !== undefined || planned.losesAnswers;
  if (isHit && struckAt === undefined && outcome === 'verified')
    violations.push('its fault never struck: the test has proved nothing');
  return violations;
}

function row(fault: string, all: readonly Story[], phone: SmsSandbox): Row {
  const stories = all.filter((story) => rowOf(story) === fault);
  const count = (is: (story: Story) => boolean) => stories.filter(is).length;
  const recoveries = stories.flatMap(({ struckAt, answeredAt }) =>
    struckAt === undefined || answeredAt === undefined ? [] : [answeredAt - struckAt],
  );
  return {
    fault,
    verifications: stories.length,
    texts: {
      one: count((story) => bodies(story, phone).length === 1),
      none: count((story) => bodies(story, phone).length === 0 && story.outcome === 'undeliverable'),
      more: count((story) => bodies(story, phone).length > 1),
    },
    twoCodes: count((story) => new Set(bodies(story, phone)).size > 1),
    outcomes: {
      verified: count(({ outcome }) => outcome === 'verified'),
      undeliverable: count(({ outcome }) => outcome === 'undeliverable'),
      lost: count(({ outcome }) => outcome === 'lost'),
    },
    slowestRecoveryMs: recoveries.length === 0 ? undefined : Math.max(...recoveries),
  };
}

/** One that had ended before its round's incident has met no fault. */
function rowOf({ planned, struckAt }: Story): string {
  return struckAt === undefined ? 'none' : planned.fault;
}

/** All texts have the same words: they differ where their codes do. */
function bodies({ planned }: Story, phone: SmsSandbox): string[] {
  return phone.inbox(planned.phoneNumber).map(({ body }) => body);
}
