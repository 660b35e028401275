import type { PhoneNumber } from './numbers/phone-number';
import { configOrExit } from './config/config-or-exit';
import { operatorConfig, type OperatorConfig } from './config/operator-config';
import { createDigests } from './crypto/digest';
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
import { createErasure, type Erased } from './temporal/erasure';
import { workflowIdFor } from './gateway/ids';

const TWILIO_LOG = `Twilio keeps messages with their numbers for 400 days, unless the account's messaging settings
                       differ, and then in its archive. To delete one now: list Messages by To, then
                       DELETE /2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json. Twilio's backups keep it for
                       30 more days.`;
const SANDBOX_LOG = `the server at TWILIO_API_URL may have them. The SMS sandbox keeps them until it ends, or until
                       DATA_DIR/sms-sandbox is deleted.`;

/**
 * Deletes all verifications of phone numbers (`args`) from Temporal, those of every tenant. This includes a number's
 * ledgers: its cool-downs, locks and message limits end. Does not print phone numbers.
 * @throws Error whose message is for the operator, and says whether something was deleted
 */
export async function forget(args: readonly string[], config: OperatorConfig): Promise<void> {
  const numbers = parseNumbers(args);
  const digests = createDigests(config.phoneDigestKey);
  const client = createTemporalClient(config.temporal);
  const erasure = createErasure(client);
  let progress = 'Nothing was deleted';
  try {
    const archive = await erasure.archive();
    print(
      `Deleting from Temporal at ${temporalPlace(config)}; a run that has just closed takes half a minute.\n` +
        'Until this command ends, verifications of these numbers that start are deleted, too.',
    );
    progress = 'Some runs may not be deleted: run the command again';
    const tenantIds = [DEFAULT_TENANT, ...config.tenantIds];
    const workflowIds = numbers.flatMap(({ e164 }) =>
      tenantIds.map((tenantId) => workflowIdFor(digests.phoneNumber(tenantId, e164))),
    );
    const erased = await erasure.eraseRuns(workflowIds);
    for (const [index, { masked }] of numbers.entries()) {
      const ofNumber = erased.slice(index * tenantIds.length, (index + 1) * tenantIds.length);
      print(`  ${masked}: ${outcome(tenantIds, ofNumber)}`);
    }
    print(remainingData(archive, config));
  } catch (error) {
    throw new Error(`${failureReason(error, config)}. ${progress}`, { cause: error });
  } finally {
    await client.connection.close();
  }
}

/** Names the tenants that had runs. With one tenant, it names none. */
function outcome(tenantIds: readonly string[], erased: readonly Erased[]): string {
  const lines = erased.flatMap(({ deleted, open }, index) => {
    const tenant = tenantIds.length === 1 ? '' : `tenant ${tenantIds[index]}: `;
    return deleted === 0 ? [] : [`${tenant}${deleted} deleted, ${open} of them open`];
  });
  return lines.length === 0 ? noRunFound(tenantIds) : lines.join('; ');
}

/** Each number once. @throws Error whose message is for the operator */
function parseNumbers(args: readonly string[]): PhoneNumber[] {
  const numbers = parseArguments(args, operatorNumber, {
    none: 'no number was given: add one or more, like +14255550123',
    invalid: 'is not a phone number like +14255550123. Nothing was deleted',
  });
  return [...new Map(numbers.map((number) => [number.e164, number])).values()];
}

function remainingData(archive: string | undefined, { twilioApiUrl }: OperatorConfig): string {
  const archival =
    archive === undefined
      ? 'none: the namespace has no archive.'
      : `runs that closed before this command, in ${archive}, until you delete them there.`;
  return `Data that remains elsewhere, and for how long:
  Temporal's database  free pages until they are overwritten; backups until you delete them.
  Archival             ${archival}
  Messages             ${twilioApiUrl === undefined ? TWILIO_LOG : SANDBOX_LOG}
  Limit counters       keyed digests of a client's address and of a block of 10,000 numbers: in Redis
                       until their period ends, in an API's memory at most until it restarts.
  Logs and metrics     nothing: they contain no phone numbers.
A message that is being sent at this moment may still arrive.`;
}

if (require.main === module) {
  runOperatorCommand('erasure', () => forget(process.argv.slice(2), configOrExit(operatorConfig)));
}
