import { configOrExit } from './config/config-or-exit';
import { operatorConfig, type OperatorConfig } from './config/operator-config';
import { createDigests } from './crypto/digest';
import { createKeyRing } from './crypto/key-ring';
import { createVerifySids } from './crypto/verify-sids';
import {
  failureReason,
  noRunFound,
  operatorNumber,
  parseArguments,
  print,
  runOperatorCommand,
  temporalPlace,
} from './operator-command';
import { DEFAULT_TENANT } from './domain/tenant-id';
import { createTemporalClient } from './temporal/client';
import { createDataConverter } from './temporal/data-converter';
import { createRunList, type ListedRun } from './gateway/search/run-list';
import { isWorkflowId, parseVerificationId, workflowIdFor } from './gateway/ids';

/** Endpoints of Temporal Cloud, of a namespace or of a region. */
const CLOUD_ADDRESS = /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/;
const CLOUD_WEB_UI = 'https://cloud.temporal.io';
const SHOWN_ID_CHARACTERS = 8;

const NO_LINKS = "For a link to each run, set CODEC_SERVER_ORIGIN to the origin of Temporal's Web UI.";
const LOCKED = '  locked    too many wrong codes: npm run forget ends the lock, as does the retention';
const RETENTION = "Temporal deletes a closed run after the namespace's retention.";
const NO_RUN = `no run found. ${RETENTION}`;

/** One argument of the command: a phone number, a public id, a workflow ID or a SID of Twilio Verify's API. */
interface Target {
  /** What the operator sees: a masked number, or the first characters of an id. */
  readonly label: string;
  /** A number has one at each tenant. */
  readonly workflows: readonly TargetWorkflow[];
  /** Whether this is the run of the id or the SID. Undefined for a phone number. */
  readonly isWanted?: (run: ListedRun) => boolean;
  readonly textIfNone: string;
}

interface TargetWorkflow {
  readonly workflowId: string;
  /** Undefined if it is not known, and for the only tenant. */
  readonly tenantId?: string | undefined;
}

/**
 * Prints the workflow IDs of phone numbers, public ids, workflow IDs and SIDs (`args`), and the runs that Temporal has
 * of each. Does not print phone numbers.
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
    for (const target of targets) {
      const listed: ListedWorkflow[] = [];
      for (const workflow of target.workflows)
        listed.push({ ...workflow, runs: await listRuns(workflow.workflowId) });
      printTarget(target, listed, config);
    }
    if (webUi(config) === undefined) print(NO_LINKS);
  } catch (error) {
    throw new Error(failureReason(error, config), { cause: error });
  } finally {
    await client.connection.close();
  }
}

interface ListedWorkflow extends TargetWorkflow {
  readonly runs: readonly ListedRun[];
}

/** Prints the workflows that have runs. */
function printTarget(target: Target, listed: readonly ListedWorkflow[], config: OperatorConfig): void {
  const withRuns = listed.filter(({ runs }) => runs.length > 0);
  const { label, textIfNone } = target;
  for (const workflow of withRuns) printWorkflow(target, workflow, config);
  if (withRuns.length > 0) return;
  const [only, ...others] = listed;
  const place = only && others.length === 0 ? `\n  workflow  ${only.workflowId}` : '';
  print(`\n${label}${place}\n  ${textIfNone}`);
}

function printWorkflow(
  { label, isWanted }: Target,
  { workflowId, tenantId, runs }: ListedWorkflow,
  config: OperatorConfig,
): void {
  const tenant = tenantId === undefined ? '' : `, tenant ${tenantId}`;
  print(`\n${label}${tenant}\n  workflow  ${workflowId}`);
  if (runs[0]?.isNumberLocked === true) print(LOCKED);
  for (const run of runs) {
    const status = [run.execution, ...(run.verification === undefined ? [] : [run.verification])].join(', ');
    print(`  run       ${run.runId}  ${status}${isWanted?.(run) === true ? '  <- this id' : ''}`);
    const link = webUiLink(config, workflowId, run.runId);
    if (link !== undefined) print(`            ${link}`);
  }
}

/** @throws Error whose message is for the operator */
function parseTargets(args: readonly string[], config: OperatorConfig): Target[] {
  const targetsOf = (arg: string) =>
    idTarget(arg) ?? workflowTarget(arg) ?? sidTargets(arg, config) ?? numberTarget(arg, config);
  const targets = parseArguments(args, targetsOf, {
    none: 'no argument was given: add phone numbers like +14255550123, ids of verifications, or workflow IDs',
    invalid:
      'is neither a phone number like +14255550123 nor the id of a verification or workflow, ' +
      'nor a SID (VE…) of a tenant in TENANTS_FILE',
  });
  return targets.flat();
}

function idTarget(arg: string): Target | undefined {
  const id = parseVerificationId(arg);
  return (
    id && {
      label: `id ${arg.slice(0, SHOWN_ID_CHARACTERS)}…`,
      workflows: [{ workflowId: id.workflowId }],
      isWanted: ({ runId }) => runId === id.runId,
      textIfNone: NO_RUN,
    }
  );
}

function workflowTarget(arg: string): Target | undefined {
  if (!isWorkflowId(arg)) return undefined;
  return { label: 'workflow ID', workflows: [{ workflowId: arg }], textIfNone: NO_RUN };
}

/** The services whose key decrypts the SID to a phone number: one, or by chance one more. */
function sidTargets(arg: string, { phoneDigestKey, verifyServices }: OperatorConfig): Target[] | undefined {
  const [sids, digests] = [createVerifySids(phoneDigestKey), createDigests(phoneDigestKey)];
  const targets = verifyServices.flatMap(({ tenantId, serviceSid }): Target[] => {
    const named = sids.openVerification(serviceSid, arg);
    const number = named && operatorNumber(named.phoneNumber);
    if (!number) return [];
    const workflowId = workflowIdFor(digests.phoneNumber(tenantId, number.e164));
    return [
      {
        label: `SID ${arg.slice(0, SHOWN_ID_CHARACTERS)}…, ${number.masked}`,
        workflows: [{ workflowId, tenantId }],
        isWanted: ({ id }) => id !== undefined && named.is(id),
        textIfNone: NO_RUN,
      },
    ];
  });
  return targets.length === 0 ? undefined : targets;
}

/** Each tenant has its own verifications of a number. */
function numberTarget(arg: string, { phoneDigestKey, tenantIds }: OperatorConfig): Target | undefined {
  const number = operatorNumber(arg);
  if (!number) return undefined;
  const digests = createDigests(phoneDigestKey);
  const ids = [DEFAULT_TENANT, ...tenantIds];
  return {
    label: number.masked,
    workflows: ids.map((id) => ({
      workflowId: workflowIdFor(digests.phoneNumber(id, number.e164)),
      tenantId: tenantIds.length === 0 ? undefined : id,
    })),
    textIfNone: `${noRunFound(ids)} ${RETENTION}`,
  };
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
  runOperatorCommand('search', () => find(process.argv.slice(2), configOrExit(operatorConfig)));
}
