import { acceptedPhoneNumber } from './numbers/phone-number';
import { configOrExit } from './config/config-or-exit';
import { operatorConfig, type OperatorConfig } from './config/operator-config';
import { createDigests } from './crypto/digest';
import { createKeyRing } from './crypto/key-ring';
import { VerificationError } from './domain/refusals';
import { ANY_NUMBER, failureReason, say, temporalPlace } from './operator-command';
import { runMain } from './run-main';
import { DEFAULT_TENANT } from './tenants/tenant';
import { createTemporalClient } from './temporal/client';
import { createDataConverter } from './temporal/data-converter';
import { createRunList, type ListedRun } from './gateway/run-list';
import { parseVerificationId, workflowIdFor } from './gateway/ids';

/** Temporal Cloud's endpoints: a namespace's, and a region's. */
const CLOUD_ADDRESS = /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/;
const CLOUD_WEB_UI = 'https://cloud.temporal.io';
const SHOWN_OF_AN_ID = 8;

const NO_LINKS = "For a link to each run, set CODEC_SERVER_ORIGIN to the origin of Temporal's Web UI.";
const RETENTION = "Temporal deletes a closed run when the namespace's retention has passed.";

/** What was asked for, and where it is. */
interface Target {
  /** For the operator: a masked number, or the start of an id. */
  readonly label: string;
  readonly workflowId: string;
  /** The run that a public id names. */
  readonly runId?: string;
  readonly hintIfNone: string;
}

/**
 * Prints the workflow ID of phone numbers and public ids, with the runs that Temporal has of it. Prints no number.
 * @throws Error that says what is wrong
 */
export async function find(texts: readonly string[], config: OperatorConfig): Promise<void> {
  const targets = parseTargets(texts, config);
  const { secretKeys, payloadEncryption } = config;
  const dataConverter = secretKeys && createDataConverter(createKeyRing(secretKeys), payloadEncryption);
  const client = createTemporalClient({ ...config.temporal, ...(dataConverter && { dataConverter }) });
  const listRuns = createRunList(client);
  try {
    say(`In Temporal at ${temporalPlace(config)}, newest run first:`);
    for (const target of targets) sayRuns(target, await listRuns(target.workflowId), config);
    if (webUi(config) === undefined) say(NO_LINKS);
  } catch (error) {
    throw new Error(failureReason(error, config), { cause: error });
  } finally {
    await client.connection.close();
  }
}

function sayRuns(
  { label, workflowId, runId, hintIfNone }: Target,
  runs: ListedRun[],
  config: OperatorConfig,
): void {
  say(`\n${label}\n  workflow  ${workflowId}`);
  if (runs.length === 0) say(`  no run found: ${hintIfNone}`);
  for (const run of runs) {
    const status = [run.execution, ...(run.verification === undefined ? [] : [run.verification])].join(', ');
    say(`  run       ${run.runId}  ${status}${run.runId === runId ? '  <- this id' : ''}`);
    const link = webUiLink(config, workflowId, run.runId);
    if (link !== undefined) say(`            ${link}`);
  }
}

/** @throws Error that names wrong ones by their position: what was typed may be somebody's number */
function parseTargets(texts: readonly string[], config: OperatorConfig): Target[] {
  if (texts.length === 0) {
    throw new Error('nothing to find was given: name numbers like +14255550123, or ids of verifications');
  }
  const digests = createDigests(config.phoneDigestKey);
  const targets = texts.map((text) => idTarget(text) ?? numberTarget(text, digests));
  const wrong = targets.flatMap((target, index) => (target === undefined ? [index + 1] : []));
  if (wrong.length > 0) {
    throw new Error(
      `argument ${wrong.join(' and ')} of ${texts.length} is neither a phone number like +14255550123 nor the id of a verification`,
    );
  }
  return targets.filter((target) => target !== undefined);
}

function idTarget(text: string): Target | undefined {
  const id = parseVerificationId(text);
  return (
    id && {
      label: `id ${text.slice(0, SHOWN_OF_AN_ID)}…`,
      workflowId: id.workflowId,
      runId: id.runId,
      hintIfNone: RETENTION,
    }
  );
}

function numberTarget(text: string, digests: ReturnType<typeof createDigests>): Target | undefined {
  try {
    const { e164, masked } = acceptedPhoneNumber(text, ANY_NUMBER);
    return {
      label: masked,
      workflowId: workflowIdFor(digests.phoneNumber(DEFAULT_TENANT, e164)),
      hintIfNone: `with another PHONE_DIGEST_KEY there might be some. ${RETENTION}`,
    };
  } catch (error) {
    if (error instanceof VerificationError) return undefined;
    throw error;
  }
}

function webUi({ webUiOrigin, temporal }: OperatorConfig): string | undefined {
  return webUiOrigin ?? (CLOUD_ADDRESS.test(temporal.connection.address) ? CLOUD_WEB_UI : undefined);
}

/** Undefined if it is not known where the Web UI is. */
export function webUiLink(config: OperatorConfig, workflowId: string, runId: string): string | undefined {
  const path = ['namespaces', config.temporal.namespace, 'workflows', workflowId, runId];
  const origin = webUi(config);
  return origin && `${origin}/${path.map(encodeURIComponent).join('/')}`;
}

if (require.main === module) {
  runMain('search', () => find(process.argv.slice(2), configOrExit(operatorConfig)));
}
