import { createHash } from 'node:crypto';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { apiConfig } from '../../src/config/api-config';
import { operatorConfig } from '../../src/config/operator-config';
import { workerConfig } from '../../src/config/worker-config';
import { COMPLETE, processes, refusalOf } from './environments';

const HEX = '0123456789abcdef0123456789abcdef';
const hashOf = (secret: string) => `sha256:${createHash('sha256').update(secret).digest('hex')}`;
const HASH = hashOf('the key of the shop');
const OTHER_HASH = hashOf('another key');

/** The example of the contract, with real hashes and SIDs. */
const EXAMPLE = `
tenants:
  shop:                                  # ^[a-z][a-z0-9-]{0,39}$, part of what is hashed: never renamed
    name: Shop
    apiKeys: ['${HASH}']  # SHA-256 of the key; npm run keys -- --tenant shop
    codeLength: 6
    windowSeconds: 600
    maxAttempts: 5
    maxResends: 4
    resendIntervalSeconds: 0
    cooldownSeconds: [0]
    allowedCountries: [US, DE]
    smsTemplate: 'Your {name} code is {code}.'
    templates: { HJ${HEX}: { name: default, locales: { en: '…{code}…', de: '…{code}…' } } }
    from: '+15005550006'                 # or messagingServiceSid: MG…
    testNumbers: { '+14255550199': { code: '216800', until: 2027-01-31 } }
    limits: { caller: 600/1m, clientIp: 20/10m }
    verify:                              # switches the Twilio Verify surface on for this tenant
      serviceSid: VA${HEX}
      accountSid: AC${HEX}
      authToken: '${OTHER_HASH}'
      apiKeys: { SK${HEX}: '${OTHER_HASH}' }
      customCodeEnabled: false
      fetchEnded: false
`;

/** A tenant with the required keys only. */
const SHOP = { name: 'Shop', apiKeys: [HASH] };
const VERIFY = { serviceSid: `VA${HEX}`, accountSid: `AC${HEX}`, authToken: OTHER_HASH };

let directory: string;
let file: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tenants-'));
  file = path.join(directory, 'tenants.yaml');
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function environment(content: unknown, variables: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  writeFileSync(file, typeof content === 'string' ? content : stringify(content));
  return { ...COMPLETE, TENANTS_FILE: file, ...variables };
}

afterEach(() => {
  jest.restoreAllMocks();
});

/** The faults that every process names in its one message. */
function faultsOf(content: unknown, variables?: NodeJS.ProcessEnv): string[] {
  const env = environment(content, variables);
  const [first = '', ...others] = processes.map(({ read }) => refusalOf(read, env));
  for (const other of others) expect(other).toBe(first);
  const [title, ...lines] = first.split('\n');
  expect(title).toBe('The configuration is not valid:');
  return lines.map((line) => line.trim());
}

const withShop = (shop: object) => ({ tenants: { shop: { ...SHOP, ...shop } } });
const withVerify = (verify: object) => withShop({ verify: { ...VERIFY, ...verify } });

const shopOfApi = (shop: object, variables?: NodeJS.ProcessEnv) =>
  apiConfig(environment(withShop(shop), variables)).tenants[0];
const shopOfWorker = (shop: object, variables?: NodeJS.ProcessEnv) =>
  workerConfig(environment(withShop(shop), variables)).tenants[0];

test('the example is valid for every process', () => {
  const env = environment(EXAMPLE);

  expect(apiConfig(env).tenants).toMatchObject([
    {
      id: 'shop',
      name: 'Shop',
      apiKeyHashes: [HASH.slice('sha256:'.length)],
      policy: {
        codeLength: 6,
        windowMs: 600_000,
        maxAttempts: 5,
        maxResends: 4,
        resendIntervalMs: 0,
        numberLimit: { max: 10, periodMs: 3_600_000 },
      },
      cooldownSeconds: [0],
      numberRules: {
        allowedCountries: ['US', 'DE'],
        phoneNumberCheck: 'possible',
        testNumbers: [
          { phoneNumber: '+14255550199', code: '216800', endsAt: Date.parse('2027-01-31T23:59:59.999Z') },
        ],
      },
      limits: { caller: { max: 600, periodMs: 60_000 }, clientIp: { max: 20, periodMs: 600_000 } },
      verify: {
        serviceSid: `VA${HEX}`,
        accountSid: `AC${HEX}`,
        customCodeEnabled: false,
        fetchEnded: false,
        templates: [
          {
            sid: `HJ${HEX}`,
            name: 'default',
            locales: [
              { locale: 'en', sentence: '…{code}…' },
              { locale: 'de', sentence: '…{code}…' },
            ],
          },
        ],
      },
      verifyCredentials: [`AC${HEX}`, `SK${HEX}`].map((username) => ({
        username,
        passwordHash: OTHER_HASH.slice('sha256:'.length),
      })),
    },
  ]);
  expect(workerConfig(env).tenants).toMatchObject([
    {
      id: 'shop',
      name: 'Shop',
      smsTemplate: 'Your {name} code is {code}.',
      sender: { from: '+15005550006', messagingServiceSid: undefined },
      cooldownSeconds: [0],
    },
  ]);
  expect(operatorConfig(env).tenantIds).toEqual(['shop']);
});

describe('what a tenant does not name', () => {
  const ENVIRONMENT = {
    CODE_LENGTH: '5',
    WINDOW_SECONDS: '120',
    MAX_ATTEMPTS: '3',
    MAX_RESENDS: '1',
    RESEND_INTERVAL_SECONDS: '20',
    COOLDOWN_SECONDS: '0,7',
    NUMBER_LIMIT: '3/1d',
    ALLOWED_COUNTRIES: 'CA',
    PHONE_NUMBER_CHECK: 'valid',
    TEST_NUMBERS: '+14255550199=21680@2027-01-31',
    CALLER_LIMIT: '7/1m',
    CLIENT_IP_LIMIT: 'off',
    SMS_TEMPLATE: 'Code {code}',
    WEBOTP_DOMAIN: 'example.com',
  };

  test('is as in the environment', () => {
    const { rules } = apiConfig(environment(withShop({}), ENVIRONMENT));
    expect(rules.policy).toMatchObject({ codeLength: 5, windowMs: 120_000 });

    expect(shopOfApi({}, ENVIRONMENT)).toMatchObject(rules);
    expect(shopOfApi({}, ENVIRONMENT)).not.toHaveProperty('verify');
    expect(shopOfWorker({}, ENVIRONMENT)).toMatchObject({
      smsTemplate: 'Code {code}',
      webOtpDomain: 'example.com',
      sender: { from: '+15005550006', messagingServiceSid: undefined },
    });
  });

  test('is as at Twilio Verify for a tenant with verify, and the rest as in the environment', () => {
    const { rules } = apiConfig(environment(withShop({}), ENVIRONMENT));

    expect(shopOfApi({ apiKeys: [], verify: VERIFY }, ENVIRONMENT)).toMatchObject({
      apiKeyHashes: [],
      policy: {
        codeLength: 6,
        windowMs: 600_000,
        maxAttempts: 5,
        maxResends: 4,
        resendIntervalMs: 0,
        numberLimit: { max: 3, periodMs: 86_400_000 },
      },
      cooldownSeconds: [0],
      // The environment's test number has a code of another length.
      numberRules: { ...rules.numberRules, testNumbers: [] },
      limits: rules.limits,
      verify: { rateLimits: {}, templates: [] },
    });
    expect(shopOfWorker({ verify: VERIFY }, ENVIRONMENT)).toMatchObject({
      smsTemplate: 'Your {name} verification code is: {code}',
      webOtpDomain: undefined,
    });
  });
});

test('the worker has the default template and the warning of a service', () => {
  const defaultTemplateSid = `HJ${HEX}`;
  const templates = { [defaultTemplateSid]: { name: 'default', locales: { en: 'Code {code}' } } };
  const verify = { ...VERIFY, defaultTemplateSid, doNotShareWarningEnabled: true };

  expect(shopOfWorker({ verify, templates })).toMatchObject({ defaultTemplateSid, doNotShareWarning: true });
  expect(shopOfWorker({ verify: VERIFY })).toMatchObject({
    defaultTemplateSid: undefined,
    doNotShareWarning: false,
  });
});

test('off switches a limit off that the environment has', () => {
  const shop = { numberLimit: 'off', limits: { caller: 'off' }, webotpDomain: 'off' };

  expect(shopOfApi(shop)).toMatchObject({
    policy: { numberLimit: null },
    limits: { caller: undefined, clientIp: { max: 20 } },
  });
  expect(shopOfApi({})?.limits.caller).toEqual({ max: 600, periodMs: 60_000 });
  expect(shopOfApi({ limits: { clientIp: 'off' } })?.limits).toMatchObject({
    caller: { max: 600 },
    clientIp: undefined,
  });
  expect(shopOfWorker(shop, { WEBOTP_DOMAIN: 'example.com' })?.webOtpDomain).toBeUndefined();
});

test('a tenant with a messaging service does not use the number of the environment, too', () => {
  const messagingServiceSid = `MG${HEX}`;

  expect(shopOfWorker({ messagingServiceSid })?.sender).toEqual({ from: undefined, messagingServiceSid });
});

test('the hash may have upper-case digits', () => {
  const [, digits = ''] = HASH.split(':');

  expect(shopOfApi({ apiKeys: [`sha256:${digits.toUpperCase()}`] })?.apiKeyHashes).toEqual([digits]);
});

test('a file without tenants is valid', () => {
  expect(apiConfig(environment('tenants: {}')).tenants).toEqual([]);
});

const HASH_FAULT = 'must be sha256: and 64 hex digits: make one with npm run keys -- --tenant <id>';
const VERIFY_HASH_FAULT = `${HASH_FAULT} --verify`;
const EMPTY_FAULT = 'is the hash of an empty secret';
const LIMIT_SHAPE = 'must be off or a number and a period of at most 24d, like 600/1m, 1000/1h or 5000/1d';
const NAME_FAULT = 'must be a name of at most 30 characters';
const BRACES_FAULT = 'must have single braces: {code}, {name} (at Twilio: friendly_name) and {ttl}';
const E164_FAULT = "must be a number in E.164 format, in quotes, like '+14255550123'";

test.each<[object, string]>([
  [{ name: undefined }, `name is required: it ${NAME_FAULT}`],
  [{ name: 123 }, 'name must be a text, in quotes'],
  [{ name: true }, 'name must be a text, in quotes'],
  [{ name: {} }, `name ${NAME_FAULT}`],
  [{ name: 'A name with more than thirty characters' }, `name ${NAME_FAULT}`],
  [{ name: ' ' }, `name ${NAME_FAULT}`],
  [{ apiKeys: 'secret' }, 'apiKeys must be a list of hashes'],
  [{ apiKeys: ['secret'] }, `apiKeys.0 ${HASH_FAULT}`],
  [{ apiKeys: [HASH, HASH] }, 'apiKeys has the same hash twice'],
  [{ apiKeys: [hashOf('')] }, `apiKeys.0 ${EMPTY_FAULT}`],
  [{ apiKeys: [HASH, hashOf('\n').toUpperCase().replace('SHA', 'sha')] }, `apiKeys.1 ${EMPTY_FAULT}`],
  [{ verify: { ...VERIFY, authToken: hashOf('') } }, `verify.authToken ${EMPTY_FAULT}`],
  [
    { verify: { ...VERIFY, apiKeys: { [`SK${HEX}`]: hashOf('\n') } } },
    `verify.apiKeys.SK${HEX} ${EMPTY_FAULT}`,
  ],
  [{ apiKeys: [] }, 'apiKeys is required, or verify: without them, nobody can use the tenant'],
  [{ apiKeys: undefined }, 'apiKeys is required, or verify: without them, nobody can use the tenant'],
  [{ codeLength: 3 }, 'codeLength must be a whole number from 4 to 10'],
  [{ codeLength: 11 }, 'codeLength must be a whole number from 4 to 10'],
  [{ codeLength: '6' }, 'codeLength must be a whole number from 4 to 10'],
  [{ codeLength: null }, 'codeLength must be a whole number from 4 to 10'],
  [{ windowSeconds: 4 }, 'windowSeconds must be a whole number from 5 to 86400'],
  [{ windowSeconds: 86_401 }, 'windowSeconds must be a whole number from 5 to 86400'],
  [{ maxAttempts: 11 }, 'maxAttempts must be a whole number from 1 to 10'],
  [{ maxResends: 1.5 }, 'maxResends must be a whole number from 0 to 10'],
  [{ resendIntervalSeconds: -1 }, 'resendIntervalSeconds must be a whole number from 0 to 600'],
  [{ cooldownSeconds: 30 }, 'cooldownSeconds must be a list of seconds like [0, 30, 60]'],
  [{ cooldownSeconds: [] }, 'cooldownSeconds must have one value at least'],
  [{ cooldownSeconds: ['0'] }, 'cooldownSeconds.0 must be a whole number from 0 to 9999999'],
  [{ numberLimit: 10 }, 'numberLimit must be a limit like 600/1m, or off'],
  [{ numberLimit: 'many' }, `numberLimit ${LIMIT_SHAPE}`],
  [{ allowedCountries: 'US' }, 'allowedCountries must be a list of country codes like [US, DE]'],
  [{ allowedCountries: [] }, 'allowedCountries must have one country at least'],
  [{ allowedCountries: ['us'] }, 'allowedCountries.0 must be a country code like US'],
  [{ allowedCountries: [1] }, 'allowedCountries.0 must be a country code like US'],
  [{ phoneNumberCheck: 'strict' }, 'phoneNumberCheck must be possible or valid'],
  [{ smsTemplate: 'Hello' }, 'smsTemplate must contain {code}'],
  [{ smsTemplate: 5 }, 'smsTemplate must be a text, in quotes'],
  [{ smsTemplate: {} }, 'smsTemplate must be a sentence with {code}'],
  [{ smsTemplate: 'Your code: {{code}}' }, `smsTemplate ${BRACES_FAULT}`],
  [{ smsTemplate: '{name}{code}' }, 'smsTemplate must not have a digit or another variable next to {code}'],
  [{ smsTemplate: 'Your code: {code}}' }, `smsTemplate ${BRACES_FAULT}`],
  [
    { templates: { [`HJ${HEX}`]: { name: 'a', locales: { en: '{code} {{friendly_name}}' } } } },
    `templates.HJ${HEX}.locales.en ${BRACES_FAULT}`,
  ],
  [
    { templates: { [`HJ${HEX}`]: { name: 7, locales: { en: '{code}' } } } },
    `templates.HJ${HEX}.name must be a text, in quotes`,
  ],
  [
    { smsTemplate: 'Your {brand} code is {code}.' },
    'smsTemplate must have no other variables than {code}, {name} and {ttl}',
  ],
  [{ webotpDomain: 'https://a.b' }, 'webotpDomain must be a domain name like example.com, or off'],
  [{ webotpDomain: 5 }, 'webotpDomain must be a domain name like example.com, or off'],
  [{ from: '4255550123' }, 'from must start with +, like +14255550123'],
  [{ from: 15_005_550_006 }, "from must be in quotes, like '+15005550006'"],
  [{ from: {} }, 'from must be a number, a short code or a sender ID'],
  [
    { from: '+15005550006', messagingServiceSid: `MG${HEX}` },
    'messagingServiceSid must not be set together with from',
  ],
  [{ messagingServiceSid: 'MG1' }, 'messagingServiceSid must be MG and 32 hex digits'],
  [{ limits: 'off' }, 'limits must be a map of caller and clientIp'],
  [{ limits: { caller: '600' } }, `limits.caller ${LIMIT_SHAPE}`],
  [{ limits: { clientIP: 'off' } }, 'limits.clientIP is not a known key'],
  [{ codeLenght: 6 }, 'codeLenght is not a known key'],
  [{ testNumbers: [] }, 'testNumbers must be a map of numbers to code and until'],
  [
    { testNumbers: { '14255550199': { code: '2168', until: '2027-01-31' } } },
    `testNumbers.(a number) ${E164_FAULT}`,
  ],
  [{ testNumbers: { '+14255550199': 5 } }, 'testNumbers.(a number) must be a map of code and until'],
  [
    { testNumbers: { '+14255550199': { code: 2168, until: '2027-01-31' } } },
    'testNumbers.(a number).code must be digits in quotes',
  ],
  [
    { testNumbers: { '+14255550199': { code: '21', until: '2027-01-31' } } },
    'testNumbers.(a number).code must be 4 to 10 digits',
  ],
  [
    { testNumbers: { '+14255550199': { code: '2168', until: '2027-02-30' } } },
    'testNumbers.(a number).until must be a day like 2027-01-31',
  ],
  [
    { testNumbers: { '+14255550199': { code: '2168' } } },
    'testNumbers.(a number).until is required: it must be a day like 2027-01-31',
  ],
  [
    { codeLength: 6, testNumbers: { '+14255550199': { code: '2168', until: '2027-01-31' } } },
    'testNumbers must have codes of codeLength (6) digits',
  ],
  [
    { templates: { HJ1: { name: 'a', locales: { en: '{code}' } } } },
    'templates.(a key) must be HJ and 32 hex digits',
  ],
  [{ templates: { [`HJ${HEX}`]: 'Hello {code}' } }, `templates.HJ${HEX} must be a map of name and locales`],
  [
    { templates: { [`HJ${HEX}`]: { name: 'a', locales: {} } } },
    `templates.HJ${HEX}.locales must have one locale at least`,
  ],
  [
    { templates: { [`HJ${HEX}`]: { name: 'a', locales: { english: '{code}' } } } },
    `templates.HJ${HEX}.locales.english must be a locale like en or pt-BR`,
  ],
  [
    { templates: { [`HJ${HEX}`]: { name: 'a', locales: { en: 'Hello' } } } },
    `templates.HJ${HEX}.locales.en must contain {code}`,
  ],
  [{ verify: true }, 'verify must be a map of settings'],
  [{ verify: { ...VERIFY, serviceSid: 'VA1' } }, 'verify.serviceSid must be VA and 32 hex digits'],
  [
    { verify: { ...VERIFY, serviceSid: undefined } },
    'verify.serviceSid is required: it must be VA and 32 hex digits',
  ],
  [{ verify: { ...VERIFY, accountSid: HEX } }, 'verify.accountSid must be AC and 32 hex digits'],
  [{ verify: { ...VERIFY, authToken: 'secret' } }, `verify.authToken ${VERIFY_HASH_FAULT}`],
  [
    { verify: { ...VERIFY, authToken: undefined } },
    'verify needs authToken or apiKeys: without them, no client can sign in',
  ],
  [{ verify: { ...VERIFY, apiKeys: [OTHER_HASH] } }, 'verify.apiKeys must be a map of SK SIDs to hashes'],
  [
    { verify: { ...VERIFY, apiKeys: { [`SK${HEX}`]: 'secret' } } },
    `verify.apiKeys.SK${HEX} ${VERIFY_HASH_FAULT}`,
  ],
  [{ verify: { ...VERIFY, fetchEnded: 'no' } }, 'verify.fetchEnded must be true or false'],
  [
    { verify: { ...VERIFY, rateLimits: { login: 5 } } },
    'verify.rateLimits.login must be a limit like 600/1m, or off',
  ],
  [
    { verify: { ...VERIFY, defaultTemplateSid: `HJ${HEX}` } },
    'verify.defaultTemplateSid must be one of templates',
  ],
  [
    {
      templates: {
        [`HJ${HEX}`]: { name: 'a', locales: { en: '{code}', de: '{code}, Bestellung {order}' } },
      },
      verify: { ...VERIFY, defaultTemplateSid: `HJ${HEX}` },
    },
    'verify.defaultTemplateSid must be a template with no other variables than {code}, {name} and {ttl}',
  ],
  ...['Größe', 'a\nb', 'x'.repeat(65), ''].map((name): [object, string] => [
    { verify: { ...VERIFY, rateLimits: { [name]: '5/10m' } } },
    'verify.rateLimits.(a key) must be a name of at most 64 letters, digits, spaces, dots, hyphens and underscores',
  ]),
  [{ verify: { ...VERIFY, friendlyName: 'Shop' } }, 'verify.friendlyName is not a known key'],
])('%j: every process names tenant and key', (shop, fault) => {
  expect(faultsOf(withShop(shop))).toEqual([`TENANTS_FILE shop.${fault}`]);
});

test('a test number must have a code as long as those of the environment, where the API reads this', () => {
  const shop = { testNumbers: { '+14255550199': { code: '216800', until: '2027-01-31' } } };

  expect(refusalOf(apiConfig, environment(withShop(shop)))).toMatch(
    / {2}TENANTS_FILE shop\.testNumbers must have codes of codeLength \(4\) digits$/,
  );
  expect(shopOfApi(shop, { CODE_LENGTH: '6' })?.numberRules.testNumbers).toHaveLength(1);
});

test.each(processes)(
  '$process: uses the tenants that it has checked, also if the file changes meanwhile',
  ({ read }) => {
    const env = environment(withShop({}));
    const readFile = fs.readFileSync;
    const reads = jest.spyOn(fs, 'readFileSync').mockImplementationOnce((...args) => {
      const content = readFile(...args);
      writeFileSync(file, stringify({ tenants: { shop: SHOP, club: SHOP } }));
      return content;
    });

    expect(JSON.stringify(read(env))).not.toContain('club');
    expect(reads).toHaveBeenCalledTimes(1);
  },
);

test.each<[string, string]>([
  ['', 'must be a map with the key tenants'],
  ['- shop', 'must be a map with the key tenants'],
  ['other: 1\ntenants: {}', 'other is not a known key'],
  ['shop: {}', 'tenants is required: it must be a map of tenant ids to tenants'],
  ['tenants:', 'tenants must be a map of tenant ids to tenants'],
  ['tenants: { shop: }', 'shop must be a map of settings'],
  [
    'tenants: { shop: *none }',
    'has an alias that cannot be resolved: a value that begins with * must be in quotes',
  ],
  [
    'tenants:\n  shop: &shop {}\n  club:\n    <<: *shop',
    '<< is not supported: repeat the keys of the other map, or use an alias (*) for each value: line 4, column 5',
  ],
  ['tenants: { __proto__: {} }', '__proto__ is not a known key: line 1, column 12'],
  ['tenants:\n  shop:\n    __proto__: x', '__proto__ is not a known key: line 3, column 5'],
  ["tenants:\n  shop: { verify: { '__proto__': x }}", '__proto__ is not a known key: line 2, column 21'],
])('the file %j has one fault', (content, fault) => {
  expect(faultsOf(content)).toContain(`TENANTS_FILE ${fault}`);
});

test('a file in another encoding than UTF-8 is refused: its letters would be wrong in messages', () => {
  const env = environment('');
  const content = stringify(withShop({ name: 'Café' }));

  for (const encoding of ['latin1', 'utf16le'] as const) {
    writeFileSync(file, content, encoding);
    for (const { read } of processes)
      expect(refusalOf(read, env)).toMatch(
        / {2}TENANTS_FILE is not in UTF-8: save it again in this encoding$/,
      );
  }
  writeFileSync(file, `\uFEFF${content}`);
  expect(apiConfig(env).tenants[0]?.name).toBe('Café');
});

test('any number of aliases may name one value', () => {
  const club = (_: unknown, index: number) =>
    `  club${index}: { name: Club, apiKeys: ['${hashOf(`key ${index}`)}'], allowedCountries: *eu }`;
  const tenants = [
    `tenants:`,
    `  shop: { name: Shop, apiKeys: ['${HASH}'], allowedCountries: &eu [DE, FR] }`,
    ...Array.from({ length: 150 }, club),
  ];

  const { tenants: read } = apiConfig(environment(tenants.join('\n')));

  expect(read[150]?.numberRules.allowedCountries).toEqual(['DE', 'FR']);
});

test.each<[string, string]>([
  ['  shop: {}\n  shop: {}', 'line 3, column 3: a key is there twice'],
  ['  shop: [', 'line 2, column 10: the indentation differs, or a bracket is not closed'],
  [
    '  shop:\n    name: a\n   from: b',
    'line 4, column 1: the indentation differs, or a bracket is not closed',
  ],
  ['\tshop: {}', 'line 2, column 1: a tab is not allowed: indent with spaces'],
  ['  shop: { name: "a }', 'line 2, column 21: a quote, a bracket or a colon is missing'],
  ['  shop:\n    name: a: b', 'line 3, column 11: a value with a colon must be in quotes'],
  ['  shop:\n    name a\n    from: b', 'line 3, column 5: a key must be followed by a colon and a space'],
  ['  shop: { name: a from: b }', 'line 2, column 17: a comma is missing'],
  ['  shop: { name: @a }', 'line 2, column 17: a value that begins with this character must be in quotes'],
  [
    '  shop: { name: "a\\d" }',
    'line 2, column 19: a backslash is not allowed in double quotes: use single quotes',
  ],
  ['  shop: { name: & }', 'line 2, column 17: an * or & must be in quotes'],
  [
    "  shop:\n    name: 'Tom's shop'",
    'line 3, column 16: something does not belong here: put text with special characters in quotes',
  ],
  ['---\ntenants:', 'line 2, column 1: only one document is allowed: remove the line ---'],
])('below tenants:, the YAML %j is explained', (lines, fault) => {
  expect(faultsOf(`tenants:\n${lines}`)[0]).toBe(`TENANTS_FILE is not valid YAML in ${fault}`);
});

test.each(['Shop', '1shop', 'shop_2', 'a'.repeat(41)])('the tenant id %s is refused', (id) => {
  const rule = 'must be a-z, 0-9 and -, at most 40 characters, and begin with a letter';

  expect(faultsOf({ tenants: { [id]: SHOP } })).toEqual([
    `TENANTS_FILE ${id === 'Shop' ? id : '(a key)'} ${rule}`,
  ]);
});

test('the default tenant stays in the environment', () => {
  expect(faultsOf({ tenants: { default: SHOP } })).toEqual([
    'TENANTS_FILE default is the tenant of the environment: use another id',
  ]);
});

test('of a file that cannot be read, the path and the folder are shown', () => {
  const faults = processes.map(({ read }) => refusalOf(read, { ...COMPLETE, TENANTS_FILE: 'none.yaml' }));

  expect(new Set(faults)).toEqual(
    new Set([
      'The configuration is not valid:\n' +
        `  TENANTS_FILE names no file that can be read: none.yaml, in the folder ${process.cwd()}`,
    ]),
  );
});

test('no two tenants have a key or a service in common', () => {
  const tenants = {
    shop: { ...SHOP, verify: VERIFY },
    club: {
      name: 'Club',
      apiKeys: [hashOf('the key of the club'), HASH],
      verify: { ...VERIFY, serviceSid: `VA${HEX.toUpperCase()}` },
    },
  };

  expect(faultsOf({ tenants })).toEqual([
    'TENANTS_FILE shop.verify.serviceSid and club.verify.serviceSid must differ',
    'TENANTS_FILE shop.apiKeys and club.apiKeys must not have the same hash',
  ]);
});

test('a key of the environment is not one of a tenant, too', () => {
  expect(faultsOf(withShop({ apiKeys: [hashOf('two')] }))).toEqual([
    'TENANTS_FILE shop.apiKeys must not have the hash of one of API_KEYS',
  ]);
});

test('one message names all faults of all tenants and of the environment', () => {
  const tenants = {
    shop: { ...SHOP, codeLength: 3, windowSeconds: 'long', colour: 'red' },
    club: { name: 'Club', apiKeys: [hashOf('one')] },
    bar: { name: 'Bar', apiKeys: [OTHER_HASH] },
    pub: { name: 'Pub', apiKeys: [OTHER_HASH] },
    default: {},
  };

  const faults = faultsOf({ tenants }, { TEMPORAL_ADDRESS: '127.0.0.1', PAYLOAD_ENCRYPTION: 'maybe' });

  expect(new Set(faults.map((fault) => fault.split(' must')[0]))).toEqual(
    new Set([
      'PAYLOAD_ENCRYPTION',
      'TEMPORAL_ADDRESS',
      'TENANTS_FILE shop.codeLength',
      'TENANTS_FILE shop.windowSeconds',
      'TENANTS_FILE shop.colour is not a known key',
      'TENANTS_FILE club.apiKeys',
      'TENANTS_FILE bar.apiKeys and pub.apiKeys',
      'TENANTS_FILE default is the tenant of the environment: use another id',
      'TENANTS_FILE default.apiKeys is required, or verify: without them, nobody can use the tenant',
    ]),
  );
  expect(faults).toHaveLength(9);
});

test('of a tenant with other faults, the faults between its keys and with other tenants are named, too', () => {
  const wrong = { ...SHOP, codeLength: 'six' };
  const tenants = {
    shop: { ...wrong, verify: { ...VERIFY, authToken: undefined, fetchEnded: 'no' } },
    club: { ...wrong, apiKeys: [HASH, 'secret'], verify: { ...VERIFY, defaultTemplateSid: `HJ${HEX}` } },
    bar: { ...wrong, apiKeys: undefined, windowSeconds: 1 },
    pub: {
      ...wrong,
      apiKeys: [hashOf('one'), OTHER_HASH, OTHER_HASH],
      codeLength: 6,
      smsTemplate: 'Hello',
      testNumbers: { '+14255550199': { code: '2168', until: 'soon' } },
    },
  };

  const faults = faultsOf({ tenants });

  for (const fault of [
    'shop.verify needs authToken or apiKeys: without them, no client can sign in',
    'club.verify.defaultTemplateSid must be one of templates',
    'bar.apiKeys is required, or verify: without them, nobody can use the tenant',
    'pub.apiKeys has the same hash twice',
    'pub.testNumbers must have codes of codeLength (6) digits',
    'shop.verify.serviceSid and club.verify.serviceSid must differ',
    'shop.apiKeys and club.apiKeys must not have the same hash',
    'pub.apiKeys must not have the hash of one of API_KEYS',
  ])
    expect(faults).toContain(`TENANTS_FILE ${fault}`);
  expect(faults).toHaveLength(8 + 9);
});

test('rate limits may have any name that fits into a header', () => {
  const rateLimits = { 'per user': '5/10m', 'a.b_c-D9': 'off' };

  expect(shopOfApi({ verify: { ...VERIFY, rateLimits } })?.verify?.rateLimits).toEqual({
    'per user': { max: 5, periodMs: 600_000 },
    'a.b_c-D9': undefined,
  });
});

test('no message shows a secret, a hash or a phone number, also if they are in a wrong place', () => {
  const secret = 'q6aTb4NhW0w0HqTnJbKf1XQWc3Tz9LxV';
  /** Twilio's tokens look like this, and begin with a letter in six of sixteen cases. */
  const token = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';
  const digits = HASH.slice('sha256:'.length);
  const hidden = [secret, HASH, token, digits, '4255550199', '4255550177'];
  const contents: unknown[] = [
    withShop({ apiKeys: [secret, HASH, HASH], [secret]: HASH, '+14255550199': { code: '2168' } }),
    withShop({
      [HASH]: true,
      from: '4255550177',
      testNumbers: { '+14255550199': '2168', '1 (425) 555-0199': 1 },
    }),
    withVerify({ authToken: secret, apiKeys: { [secret]: HASH }, [secret]: 1 }),
    { tenants: { [secret]: SHOP, [HASH]: SHOP, '+14255550199': SHOP } },
    withShop({ [token]: 1, limits: { [token]: 1 }, templates: { [token]: 1 } }),
    withVerify({ [token]: 1, [`a${token}`]: 1, apiKeys: { [token]: HASH }, rateLimits: { [token]: 5 } }),
    { tenants: { [token]: { name: 'Shop' }, [digits.replace(/^./, 'a')]: SHOP } },
    { tenants: { [token]: SHOP, club: SHOP, [`tenant-${token}`]: { name: 5 } }, [token]: 1 },
    `tenants:\n  shop: { apiKeys: ['${secret}', ${HASH} \n  ${secret}: [`,
    `tenants:\n  ${secret}: 1\n  ${secret}: 2\n`,
    `${secret}\n  - ${HASH}: : +14255550199`,
  ];

  for (const content of contents) {
    const faults = faultsOf(content).join('\n');
    expect(faults).toContain('TENANTS_FILE');
    for (const text of hidden) expect(faults).not.toContain(text);
    expect(faults.replaceAll(/\D/g, '')).not.toContain('4255550199');
  }
});
