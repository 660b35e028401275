import { configOrExit } from './config/config-or-exit';
import { operatorConfig, type OperatorConfig } from './config/operator-config';
import { createDigests } from './crypto/digest';
import { createKeyRing } from './crypto/key-ring';
import {
  failureReason,
  operatorNumber,
  OTHER_DIGEST_KEY,
  parseArguments,
  print,
  temporalPlace,
} from './operator-command';
import { runMain } from './run-main';
import { DEFAULT_TENANT } from './tenants/tenant';
import { createTemporalClient } from './temporal/client';
import { createDataConverter } from './temporal/data-converter';
import { createRunList, type ListedRun } from './gateway/run-list';
import { isWorkflowId, parseVerificationId, workflowIdFor } from './gateway/ids';

/** Endpoints of Temporal Cloud, of a namespace or of a region. */
const CLOUD_ADDRESS = /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/;
const CLOUD_WEB_UI = 'https://cloud.temporal.io';
const SHOWN_ID_CHARACTERS = 8;

const NO_LINKS = "For a link to each run, set CODEC_SERVER_ORIGIN to the origin of Temporal's Web UI.";
const LOCKED = '  locked    too many wrong codes: npm run forget ends the lock, as does the retention';
const RETENTION = "Temporal deletes a closed run after the namespace's retention.";

/** One argument of the command: a phone number, a public id or a workflow ID. */
interface Target {
  /** What the operator sees: a masked number, or the first characters of an id. */
  readonly label: string;
  readonly workflowId: string;
  /** The run in a public id. Undefined for a phone number. */
  readonly runId?: string;
  readonly hintIfNone: string;
}

/**
 * Prints the workflow IDs of phone numbers, public ids and workflow IDs (`args`), and the runs that Temporal has of
 * each. Does not print phone numbers.
 * @throws Error whose message is for the operator
 */
export async function find(args: readonly string[], config: OperatorConfig): Promise<void> {
  const targets = parseTargets(args, config);
  const { secretKeys, payloadEncryption } = config;
  const dataConverter = secretKeys && createDataConverter(createKeyRing(secretKeys), payloadEncryption);
  const client = createTemporalClient({ ...config.temporal, ...(dataConverter && { dataConverter }) });
  const listRuns = createRunList(client);
  try {
    print(`In Temporal at ${temporalPlace(config)}, newest run first:`);
    for (const target of targets) printRuns(target, await listRuns(target.workflowId), config);
    if (webUi(config) === undefined) print(NO_LINKS);
  } catch (error) {
    throw new Error(failureReason(error, config), { cause: error });
  } finally {
    await client.connection.close();
  }
}

function printRuns(
  { label, workflowId, runId, hintIfNone }: Target,
  runs: ListedRun[],
  config: OperatorConfig,
): void {
  print(`\n${label}\n  workflow  ${workflowId}`);
  if (runs[0]?.isNumberLocked === true) print(LOCKED);
  if (runs.length === 0) print(`  no run found. ${hintIfNone}`);
  for (const run of runs) {
    const status = [run.execution, ...(run.verification === undefined ? [] : [run.verification])].join(', ');
    print(`  run       ${run.runId}  ${status}${run.runId === runId ? '  <- this id' : ''}`);
    const link = webUiLink(config, workflowId, run.runId);
    if (link !== undefined) print(`            ${link}`);
  }
}

/** @throws Error whose message is for the operator */
function parseTargets(args: readonly string[], config: OperatorConfig): Target[] {
  const targetsOf = (arg: string) => idTarget(arg) ?? workflowTarget(arg) ?? numberTargets(arg, config);
  const targets = parseArguments(args, targetsOf, {
    none: 'no argument was given: add phone numbers like +14255550123, ids of verifications, or workflow IDs',
    invalid: 'is neither a phone number like +14255550123 nor the id of a verification or workflow',
  });
  return targets.flat();
}

function idTarget(arg: string): Target[] | undefined {
  const id = parseVerificationId(arg);
  return (
    id && [
      {
        label: `id ${arg.slice(0, SHOWN_ID_CHARACTERS)}…`,
        workflowId: id.workflowId,
        runId: id.runId,
        hintIfNone: RETENTION,
      },
    ]
  );
}

function workflowTarget(arg: string): Target[] | undefined {
  return isWorkflowId(arg) ? [{ label: 'workflow ID', workflowId: arg, hintIfNone: RETENTION }] : undefined;
}

/** Each tenant has its own verifications of a number. */
function numberTargets(arg: string, { phoneDigestKey, tenantIds }: OperatorConfig): Target[] | undefined {
  const number = operatorNumber(arg);
  const digests = createDigests(phoneDigestKey);
  return (
    number &&
    [DEFAULT_TENANT, ...tenantIds].map((tenantId) => ({
      label: tenantIds.length === 0 ? number.masked : `${number.masked}, tenant ${tenantId}`,
      workflowId: workflowIdFor(digests.phoneNumber(tenantId, number.e164)),
      hintIfNone: `${OTHER_DIGEST_KEY} ${RETENTION}`,
    }))
  );
}

function webUi({ webUiOrigin, temporal }: OperatorConfig): string | undefined {
  return webUiOrigin ?? (CLOUD_ADDRESS.test(temporal.connection.address) ? CLOUD_WEB_UI : undefined);
}

/** A link to a run. Undefined if the origin of the Web UI is unknown. */
export function webUiLink(config: OperatorConfig, workflowId: string, runId: string): string | undefined {
  const path = ['namespaces', config.temporal.namespace, 'workflows', workflowId, runId];
  const origin = webUi(config);
  return origin && `${origin}/${path.map(encodeURIComponent).join('/')}`;
}

if (require.main === module) {
  runMain('search', () => find(process.argv.slice(2), configOrExit(operatorConfig)));
}
