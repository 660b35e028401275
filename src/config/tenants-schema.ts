import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { DEFAULT_TENANT, TENANT_ID } from '../domain/tenant-id';
import { isCanonical } from '../numbers/phone-number';
import { variablesOf } from '../messaging/wording';
import { bounds } from './bounds';
import { endOfDay, isNumberWithoutPlus } from './fields';
import {
  fileLimit,
  fileNumberLimit,
  flag,
  hashes,
  integer,
  sid,
  sidKeys,
  text,
  verifyHash,
  withCode,
} from './tenants-fields';

const MAX_NAME_CHARACTERS = 30;
const MAX_WAIT_SECONDS = 9_999_999;

const COUNTRY = 'must be a country code like US';
const DOMAIN = 'must be a domain name like example.com, or off';
const DAY = 'must be a day like 2027-01-31';
const TEST_NUMBER = "must be a number in E.164 format, in quotes, like '+14255550123'";

const testNumber = z.strictObject(
  {
    code: z
      .string({ error: 'must be digits in quotes' })
      .regex(/^\d{4,10}$/, 'must be 4 to 10 digits')
      .meta({ description: 'The fixed code, in quotes: its leading zeros count.' }),
    until: z
      .string({ error: DAY })
      .regex(/^\d{4}-\d{2}-\d{2}$/, DAY)
      .refine((day) => !Number.isNaN(endOfDay(day)), DAY)
      .meta({ description: 'The last day on which the number is a test number (UTC).' }),
  },
  { error: 'must be a map of code and until' },
);

const template = z.strictObject(
  {
    name: text('must be a name'),
    locales: z
      .record(
        z.string().regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'must be a locale like en or pt-BR'),
        withCode,
        {
          error: 'must be a map of locales to sentences with {code}',
        },
      )
      .refine((locales) => Object.keys(locales).length > 0, 'must have one locale at least')
      .meta({ description: 'A sentence for each locale. The first locale is used when no other one fits.' }),
  },
  { error: 'must be a map of name and locales' },
);

const RATE_LIMIT_NAME = 'must be a name of at most 64 letters, digits, spaces, dots, hyphens and underscores';

const verifyService = z.strictObject(
  {
    serviceSid: sid('VA').meta({
      description: 'The SID of the service, as clients of Twilio Verify send it.',
    }),
    accountSid: sid('AC').meta({ description: 'The user name of Basic authentication.' }),
    authToken: verifyHash
      .optional()
      .meta({ description: 'The hash of the password that belongs to accountSid.' }),
    apiKeys: z
      .record(sidKeys('SK'), verifyHash, { error: 'must be a map of SK SIDs to hashes' })
      .default({})
      .meta({ description: 'More user names, each with the hash of its password.' }),
    customCodeEnabled: flag('Whether a create may bring its own code (CustomCode).'),
    doNotShareWarningEnabled: flag('Whether messages end with a sentence that warns not to share the code.'),
    fetchEnded: flag('Whether a verification can be fetched after its approval or expiry.'),
    defaultTemplateSid: sid('HJ')
      .optional()
      .meta({ description: 'The template of a create without TemplateSid.' }),
    rateLimits: z
      // A header of the answer contains the name.
      .record(z.string().regex(/^[\w .-]{1,64}$/, RATE_LIMIT_NAME), fileLimit, {
        error: 'must be a map of names to limits like 5/10m',
      })
      .default({})
      .meta({ description: 'Named limits for the RateLimits of a create, each like 5/10m.' }),
  },
  { error: 'must be a map of settings' },
);

const tenant = z.strictObject(
  {
    name: text(`must be a name of at most ${MAX_NAME_CHARACTERS} characters`)
      .max(MAX_NAME_CHARACTERS, `must be a name of at most ${MAX_NAME_CHARACTERS} characters`)
      .meta({ description: 'The name of the product. {name} in a message stands for it.' }),
    apiKeys: hashes
      .default([])
      .meta({ description: 'The hashes of the keys with which its backends call the REST API.' }),
    codeLength: integer(bounds.codeLength, 'Digits in a code.').optional(),
    windowSeconds: integer(bounds.windowSeconds, 'How long a code is accepted.').optional(),
    maxAttempts: integer(bounds.maxAttempts, 'How many codes are judged.').optional(),
    maxResends: integer(bounds.maxResends, 'How many messages may follow the first.').optional(),
    resendIntervalSeconds: integer(
      bounds.resendIntervalSeconds,
      'The shortest time between two messages.',
    ).optional(),
    cooldownSeconds: z
      .array(integer([0, MAX_WAIT_SECONDS], 'Seconds.'), {
        error: 'must be a list of seconds like [0, 30, 60]',
      })
      .min(1, 'must have one value at least')
      .optional()
      .meta({ description: 'The waits after unsuccessful verifications of a number.' }),
    numberLimit: fileNumberLimit
      .optional()
      .meta({ description: 'Messages to one number, like 10/1h, or off.' }),
    allowedCountries: z
      .array(z.string({ error: COUNTRY }).refine(isSupportedCountry, COUNTRY), {
        error: 'must be a list of country codes like [US, DE]',
      })
      .min(1, 'must have one country at least')
      .optional()
      .meta({ description: 'ISO 3166-1 codes of the countries whose numbers are accepted.' }),
    phoneNumberCheck: z
      .enum(['possible', 'valid'], { error: 'must be possible or valid' })
      .optional()
      .meta({ description: 'How strictly numbers are checked.' }),
    smsTemplate: withCode
      .refine((sentence) => variablesOf(sentence).length === 0, {
        error: 'must have no other variables than {code}, {name} and {ttl}',
      })
      .optional()
      .meta({
        description:
          'The text of the message. {code} is the code, {name} the name, {ttl} the minutes it is valid.',
      }),
    webotpDomain: z
      .string({ error: DOMAIN })
      .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/, DOMAIN)
      .optional()
      .meta({ description: 'The website on which browsers offer to fill in the code, or off.' }),
    templates: z
      .record(sidKeys('HJ'), template, { error: 'must be a map of HJ SIDs to templates' })
      .default({})
      .meta({ description: 'The templates that a create can choose by TemplateSid.' }),
    from: text('must be a number, a short code or a sender ID', "must be in quotes, like '+15005550006'")
      .refine((sender) => !isNumberWithoutPlus(sender), 'must start with +, like +14255550123')
      .optional()
      .meta({ description: 'The sender of the messages.' }),
    messagingServiceSid: sid('MG')
      .optional()
      .meta({ description: 'The messaging service that chooses the sender.' }),
    testNumbers: z
      .record(z.string().refine(isCanonical, TEST_NUMBER), testNumber, {
        error: 'must be a map of numbers to code and until',
      })
      .optional()
      .meta({ description: 'Numbers with a fixed code, which get no message.' }),
    limits: z
      .strictObject(
        { caller: fileLimit.optional(), clientIp: fileLimit.optional() },
        { error: 'must be a map of caller and clientIp' },
      )
      .default({})
      .meta({ description: 'Limits of the requests, like 600/1m, or off.' }),
    verify: verifyService
      .optional()
      .meta({ description: 'Switches the API of Twilio Verify on for this tenant.' }),
  },
  { error: 'must be a map of settings' },
);

/** The content of TENANTS_FILE. */
export const tenantsFile = z
  .strictObject(
    {
      tenants: z.record(
        z
          .string()
          .regex(TENANT_ID, 'must be a-z, 0-9 and -, at most 40 characters, and begin with a letter')
          .refine((id) => id !== DEFAULT_TENANT, 'is the tenant of the environment: use another id'),
        tenant,
        {
          error: 'must be a map of tenant ids to tenants',
        },
      ),
    },
    { error: 'must be a map with the key tenants' },
  )
  .meta({ title: 'TENANTS_FILE of phone-verification' });

/** The tenant ids of the file with what each names. */
export type FileTenants = z.output<typeof tenantsFile>['tenants'];
export type FileTenant = FileTenants[string];
