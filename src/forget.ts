import { acceptedPhoneNumber, type PhoneNumber } from './numbers/phone-number';
import { configOrExit } from './config/config-or-exit';
import { operatorConfig, type OperatorConfig } from './config/operator-config';
import { createDigests } from './crypto/digest';
import { VerificationError } from './domain/refusals';
import { ANY_NUMBER, failureReason, say, temporalPlace } from './operator-command';
import { runMain } from './run-main';
import { DEFAULT_TENANT } from './tenants/tenant';
import { createTemporalClient } from './temporal/client';
import { createErasure } from './temporal/erasure';
import { workflowIdFor } from './gateway/ids';

const NOTHING_FOUND = 'none found; with another PHONE_DIGEST_KEY there might be some';

const TWILIO_LOG = `Twilio's log has each with its number for 400 days, unless the account's messaging settings say
                       otherwise, and then its archive. To delete one now: list Messages by To, then
                       DELETE /2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json; Twilio's backups follow in 30 days.`;
const SANDBOX_LOG = `what stands at TWILIO_API_URL may have them: the SMS sandbox until it ends, or until
                       DATA_DIR/sms-sandbox is deleted.`;

/**
 * Deletes all verifications of phone numbers from Temporal, and with them what holds a number back: its ledger and its
 * lock. Prints no number.
 * @throws Error that says what is wrong, and whether something was deleted
 */
export async function forget(texts: readonly string[], config: OperatorConfig): Promise<void> {
  const numbers = parseNumbers(texts);
  const digests = createDigests(config.phoneDigestKey);
  const client = createTemporalClient(config.temporal);
  const erasure = createErasure(client);
  let progress = 'Nothing was deleted';
  try {
    const archive = await erasure.archive();
    say(`Deleting from Temporal at ${temporalPlace(config)}; what ended a moment ago takes half a minute.`);
    progress = 'Perhaps not all was deleted: run it again';
    const erased = await erasure.eraseRuns(
      numbers.map(({ e164 }) => workflowIdFor(digests.phoneNumber(DEFAULT_TENANT, e164))),
    );
    for (const [index, { deleted, open }] of erased.entries()) {
      const outcome = deleted === 0 ? NOTHING_FOUND : `${deleted} deleted, ${open} of them under way`;
      say(`  ${numbers[index]?.masked}: ${outcome}`);
    }
    say(whatRemains(archive, config));
  } catch (error) {
    throw new Error(`${failureReason(error, config)}. ${progress}`, { cause: error });
  } finally {
    await client.connection.close();
  }
}

/** @throws Error that names wrong ones by their position: what was typed may be somebody's number */
function parseNumbers(texts: readonly string[]): PhoneNumber[] {
  if (texts.length === 0) throw new Error('no number was given: name one or more, like +14255550123');
  const numbers = new Map<string, PhoneNumber>();
  const wrong: number[] = [];
  for (const [index, text] of texts.entries()) {
    try {
      const number = acceptedPhoneNumber(text, ANY_NUMBER);
      numbers.set(number.e164, number);
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      wrong.push(index + 1);
    }
  }
  if (wrong.length > 0) {
    throw new Error(
      `argument ${wrong.join(' and ')} of ${texts.length} is no phone number like +14255550123. Nothing was deleted`,
    );
  }
  return [...numbers.values()];
}

function whatRemains(archive: string | undefined, { twilioApiUrl }: OperatorConfig): string {
  const archival =
    archive === undefined
      ? 'none: the namespace archives nothing.'
      : `what had ended before, in ${archive}, until it is deleted there.`;
  return `What remains elsewhere, and until when:
  Temporal's database  its free pages until they are used again, its backups until you delete them.
  Archival             ${archival}
  Texts                ${twilioApiUrl === undefined ? TWILIO_LOG : SANDBOX_LOG}
  Limits' counters     keyed digests of a client's address and of a block of 10,000 numbers: in Redis until their period
                       ends, in an API's memory until it is started again at the latest.
  Logs and metrics     nothing: they hold no number.
A text that was being sent just now may still arrive.`;
}

if (require.main === module) {
  runMain('erasure', () => forget(process.argv.slice(2), configOrExit(operatorConfig)));
}
