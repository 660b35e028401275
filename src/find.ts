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
const VERIFICATION_SID = /^VE[0-9a-fA-F]{32}$/;

const NO_LINKS = "For a link to each run, set CODEC_SERVER_ORIGIN to the origin of Temporal's Web UI.";
const LOCKED = '  locked    too many wrong codes: npm run forget ends the lock, as does the retention';
const RETENTION = "Temporal deletes a closed run after the namespace's retention.";
const NO_RUN = `no run found. ${RETENTION}`;

/** One argument of the command: a phone number, a public id, a workflow ID or a SID of Twilio Verify's API. */
interface Target {
  /** What the operator sees: a masked number, or the first characters of an id. */
  readonly label: string;
  readonly workflowId: string;
  /** Whether this is the run of the id or the SID. Undefined for a phone number. */
  readonly isWanted?: (run: ListedRun) => boolean;
  readonly textIfNone: string;
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
    for (const target of targets) printRuns(target, await listRuns(target.workflowId), config);
    if (webUi(config) === undefined) print(NO_LINKS);
  } catch (error) {
    throw new Error(failureReason(error, config), { cause: error });
  } finally {
    await client.connection.close();
  }
}

function printRuns(
  { label, workflowId, isWanted, textIfNone }: Target,
  runs: ListedRun[],
  config: OperatorConfig,
): void {
  print(`\n${label}\n  workflow  ${workflowId}`);
  if (runs[0]?.isNumberLocked === true) print(LOCKED);
  if (runs.length === 0) print(`  ${textIfNone}`);
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
    idTarget(arg) ?? workflowTarget(arg) ?? sidTargets(arg, config) ?? numberTargets(arg, config);
  const targets = parseArguments(args, targetsOf, {
    none: 'no argument was given: add phone numbers like +14255550123, ids of verifications, or workflow IDs',
    invalid:
      'is neither a phone number like +14255550123 nor the id of a verification or workflow, ' +
      'nor a SID (VE…) of a tenant in TENANTS_FILE',
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
        isWanted: ({ runId }) => runId === id.runId,
        textIfNone: NO_RUN,
      },
    ]
  );
}

function workflowTarget(arg: string): Target[] | undefined {
  return isWorkflowId(arg) ? [{ label: 'workflow ID', workflowId: arg, textIfNone: NO_RUN }] : undefined;
}

/** The services whose key decrypts the SID to a phone number: one, or by chance one more. */
function sidTargets(arg: string, { phoneDigestKey, verifyServices }: OperatorConfig): Target[] | undefined {
  if (!VERIFICATION_SID.test(arg)) return undefined;
  const [sids, digests] = [createVerifySids(phoneDigestKey), createDigests(phoneDigestKey)];
  const targets = verifyServices.flatMap(({ tenantId, serviceSid }): Target[] => {
    const named = sids.openVerification(serviceSid, arg);
    const number = named && operatorNumber(named.phoneNumber);
    if (!number) return [];
    return [
      {
        label: `SID ${arg.slice(0, SHOWN_ID_CHARACTERS)}…, ${number.masked}, tenant ${tenantId}`,
        workflowId: workflowIdFor(digests.phoneNumber(tenantId, number.e164)),
        isWanted: ({ id }) => id !== undefined && named.is(id),
        textIfNone: NO_RUN,
      },
    ];
  });
  return targets.length === 0 ? undefined : targets;
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
      textIfNone: `${noRunFound([tenantId])} ${RETENTION}`,
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
