import { magicRecipients } from '../../sandbox/twilio/magic-numbers';
import { eventually } from '../support/eventually';
import { ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID } from '../support/verify-service';
import { dictionary } from './config';
import type { FuzzedService } from './fuzzed-service';
import type { Surface } from './surface';
import { verifyDocument } from './verify-document';

/** The code of all verifications that are started here: the right one for every number. */
const CODE = '135790';

/** Twilio's magic numbers, which the SMS sandbox refuses; a landline; a number of a country that is not allowed. */
const REFUSED_NUMBERS = [...magicRecipients.keys(), '+493012345678', '+4915112345678'];

/** The API of Twilio Verify v2. */
export const verifySurface: Surface = {
  name: 'verify',
  roundSize: { fixed: 410, perExample: 12 },

  document: async () => verifyDocument,

  async configTables(service, count) {
    const started = await startVerifications(service, count);
    const numbers = started.map(({ to }) => to);
    const sids = started.map(({ sid }) => sid);
    const attempts = await firstAttempts(service, count);
    return [
      '[auth.openapi]',
      `basic = { username = "${ACCOUNT_SID}", password = "${AUTH_TOKEN}" }`,
      '[dictionaries]',
      dictionary('phone-numbers', [...numbers, ...REFUSED_NUMBERS]),
      dictionary('sids', sids),
      dictionary('sids-and-numbers', [...sids, ...numbers]),
      dictionary('attempt-sids', attempts.sids),
      dictionary('page-tokens', ['0', '1', attempts.nextToken]),
      dictionary('codes', [CODE, CODE, '000000', '1234', '0123456789', '12345']),
      dictionary('other-channels', ['call', 'whatsapp', 'email', 'sna']),
      dictionary('keys', ['key-1', 'key-2']),
      '[parameters]',
      '"path.VerificationSid" = { dictionary = "sids-and-numbers", probability = 0.8 }',
      '"path.AttemptSid" = { dictionary = "attempt-sids", probability = 0.8 }',
      '"query.VerificationSid" = { dictionary = "sids", probability = 0.3 }',
      '"query.PageToken" = { dictionary = "page-tokens", probability = 0.2 }',
      '"query.ChannelData.To" = { dictionary = "phone-numbers", probability = 0.3 }',
      '"body.To" = { dictionary = "phone-numbers", probability = 0.7 }',
      '"body.VerificationSid" = { dictionary = "sids", probability = 0.3 }',
      '"body.Channel" = { dictionary = "other-channels", probability = 0.2 }',
      '"body.Code" = { dictionary = "codes", probability = 0.9 }',
      '"body.CustomCode" = { dictionary = "codes", probability = 0.3 }',
      '"header.Idempotency-Key" = { dictionary = "keys", probability = 0.2 }',
      '[[operations]]',
      '# every request gets the same error',
      'include-tag = "refused"',
      'phases = { coverage = { enabled = false } }',
      'generation = { max-examples = 3 }',
      '[[operations]]',
      '# the list of attempts has the same parameters',
      'include-path-regex = "^/v2/(Services|Templates|Attempts/Summary)$"',
      'phases = { coverage = { enabled = false } }',
    ];
  },
};

/** One after the other: many at once do not start in time on a busy machine. */
async function startVerifications({ twilio, newPhoneNumbers }: FuzzedService, count: number) {
  const { verifications } = twilio.verify.v2.services(SERVICE_SID);
  const started: { to: string; sid: string }[] = [];
  for (const to of newPhoneNumbers(count))
    started.push(await verifications.create({ to, channel: 'sms', customCode: CODE }));
  return started;
}

/** All attempts but one, so that there is a second page. The list is complete some time after the last message. */
async function firstAttempts({ twilio }: FuzzedService, count: number) {
  return eventually(async () => {
    const page = await twilio.verify.v2.verificationAttempts.page({ pageSize: count - 1 });
    const nextToken = page.nextPageUrl && new URL(page.nextPageUrl).searchParams.get('PageToken');
    return nextToken ? { sids: page.instances.map(({ sid }) => sid), nextToken } : undefined;
  });
}
