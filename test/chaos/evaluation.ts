import type { SmsSandbox } from '../../sandbox';
import { parseVerificationId } from '../../src/gateway/ids';
import { faults, HIDDEN } from './plan';
import type { ScenarioResult } from './scenario';

/** The results of the verifications with one fault. */
export interface Row {
  readonly fault: string;
  readonly verifications: number;
  /** How many numbers got one message, no message and the outcome `undeliverable`, or more than one message. */
  readonly messages: { readonly one: number; readonly none: number; readonly more: number };
  /** How many numbers got messages with different codes. */
  readonly twoCodes: number;
  readonly outcomes: Readonly<Record<ScenarioResult['outcome'], number>>;
  /** The longest time from the fault to the first answer that is not `sending`. Undefined without a fault. */
  readonly slowestRecoveryMs: number | undefined;
}

export interface Evaluation {
  readonly rows: readonly Row[];
  /** The broken promises. */
  readonly violations: readonly string[];
}

/** `counted`: the workflow IDs for which a worker has logged a possible second message. */
export function evaluate(
  results: readonly ScenarioResult[],
  sandbox: SmsSandbox,
  counted: ReadonlySet<string>,
): Evaluation {
  return {
    rows: faults
      .map((fault) => row(fault, results, sandbox))
      .filter(({ verifications }) => verifications > 0),
    violations: results.flatMap((result) =>
      violationsOf(result, bodies(result, sandbox), counted).map(
        (violation) => `${result.planned.fault}, ${result.planned.phoneNumber}: ${violation}`,
      ),
    ),
  };
}

function violationsOf(
  result: ScenarioResult,
  messages: readonly string[],
  counted: ReadonlySet<string>,
): string[] {
  const { planned, id, outcome, problem, faultAt } = result;
  const violations: string[] = [];
  if (outcome === 'lost') violations.push(`lost: ${problem}`);
  if (new Set(messages).size > 1) violations.push('two different codes');
  if (messages.length > 1) {
    const isCounted = counted.has(parseVerificationId(id ?? '')?.workflowId ?? '');
    if (planned.fault !== HIDDEN) violations.push(`${messages.length} messages`);
    else if (!isCounted) violations.push(`${messages.length} messages, and no worker counted it`);
  }
  const isHit = planned.callFaults.length > 0 || planned.incident !== undefined || planned.losesAnswers;
  if (isHit && faultAt === undefined && outcome === 'verified')
    violations.push('its fault did not happen, so nothing was tested');
  return violations;
}

function row(fault: string, all: readonly ScenarioResult[], sandbox: SmsSandbox): Row {
  const results = all.filter((result) => rowOf(result) === fault);
  const count = (is: (result: ScenarioResult) => boolean) => results.filter(is).length;
  const recoveries = results.flatMap(({ faultAt, recoveredAt }) =>
    faultAt === undefined || recoveredAt === undefined ? [] : [recoveredAt - faultAt],
  );
  return {
    fault,
    verifications: results.length,
    messages: {
      one: count((result) => bodies(result, sandbox).length === 1),
      none: count((result) => bodies(result, sandbox).length === 0 && result.outcome === 'undeliverable'),
      more: count((result) => bodies(result, sandbox).length > 1),
    },
    twoCodes: count((result) => new Set(bodies(result, sandbox)).size > 1),
    outcomes: {
      verified: count(({ outcome }) => outcome === 'verified'),
      undeliverable: count(({ outcome }) => outcome === 'undeliverable'),
      lost: count(({ outcome }) => outcome === 'lost'),
    },
    slowestRecoveryMs: recoveries.length === 0 ? undefined : Math.max(...recoveries),
  };
}

/** A verification that ended before the incident of its round had no fault. */
function rowOf({ planned, faultAt }: ScenarioResult): string {
  return faultAt === undefined ? 'none' : planned.fault;
}

/** All messages have the same wording, so two different bodies have different codes. */
function bodies({ planned }: ScenarioResult, sandbox: SmsSandbox): string[] {
  return sandbox.inbox(planned.phoneNumber).map(({ body }) => body);
}
