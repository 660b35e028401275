import { ConfigError, loadConfig } from '../../src/config/config';

const KEY = Buffer.alloc(32, 1).toString('base64');
const ZEROS = Buffer.alloc(32).toString('base64');
const LONG_API_KEY = 'a-key-of-a-caller';
const COMPLETE = {
  SECRET_KEYS: `k1:${KEY}`,
  PHONE_DIGEST_KEY: Buffer.alloc(32, 2).toString('base64'),
  API_KEYS: `one, two, ${LONG_API_KEY}`,
  TWILIO_ACCOUNT_SID: 'AC123',
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+15005550006',
};

function messageOf(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('The configuration was accepted');
}

test('what must be set is enough, and the rest has the contract’s defaults', () => {
  const config = loadConfig(COMPLETE);
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    publicUrl: 'http://localhost:3000',
    taskQueue: 'phone-verification',
    apiKeys: ['one', 'two', LONG_API_KEY],
    policy: { codeLength: 4, windowMs: 90_000, maxAttempts: 4, resendIntervalMs: 30_000, maxResends: 2 },
    smsTemplate: 'Your verification code is {code}.',
    payloadEncryption: true,
    trustProxy: false,
    numberRules: { phoneNumberCheck: 'possible', testNumbers: [] },
    limits: {
      caller: { max: 600, periodMs: 60_000 },
      clientIp: { max: 20, periodMs: 600_000 },
      country: { general: { max: 1000, periodMs: 3_600_000 } },
      prefix: { max: 100, periodMs: 3_600_000 },
    },
    temporal: { namespace: 'default', connection: { address: '127.0.0.1:7233' } },
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('every variable at fault is named in one message', () => {
  const message = messageOf({
    ...COMPLETE,
    SECRET_KEYS: '',
    API_KEYS: undefined,
    PORT: 'x',
    WINDOW_SECONDS: '4',
  });
  for (const name of ['SECRET_KEYS', 'API_KEYS', 'PORT', 'WINDOW_SECONDS']) expect(message).toContain(name);
  expect(message).not.toContain('PHONE_DIGEST_KEY');
});

test('an empty environment names all that is required', () => {
  const message = messageOf({});
  for (const name of Object.keys(COMPLETE)) expect(message).toContain(name);
});

test('no secret value shows in the message', () => {
  const message = messageOf({
    ...COMPLETE,
    SECRET_KEYS: 'k1:c2VjcmV0',
    PHONE_DIGEST_KEY: 'c2VjcmV0',
    API_KEYS: 'secret,,',
  });
  expect(message).toContain('SECRET_KEYS must be');
  expect(message).toContain('PHONE_DIGEST_KEY must be');
  expect(message).toContain('API_KEYS has an empty key');
  expect(message).not.toMatch(/c2VjcmV0|secret,/);
});

test.each([
  ['API_KEYS', `${LONG_API_KEY}, ${LONG_API_KEY}`, 'API_KEYS has the same key twice'],
  ['SECRET_KEYS', `k1:${KEY},k2:${ZEROS}`, 'SECRET_KEYS must not be all zero'],
  ['PHONE_DIGEST_KEY', ZEROS, 'PHONE_DIGEST_KEY must not be all zero'],
  ['PHONE_DIGEST_KEY', KEY, 'PHONE_DIGEST_KEY must not be one of SECRET_KEYS'],
])('a weak secret in %s is refused, and no value is shown', (name, value, fault) => {
  const message = messageOf({ ...COMPLETE, [name]: value, PORT: 'x' });

  expect(message).toContain(fault);
  expect(message).toContain('PORT must be');
  for (const secret of [KEY, ZEROS, LONG_API_KEY]) expect(message).not.toContain(secret);
});

test.each([
  ['CODE_LENGTH', '3'],
  ['CODE_LENGTH', '9'],
  ['CODE_LENGTH', '4.5'],
  ['WINDOW_SECONDS', '601'],
  ['MAX_ATTEMPTS', '0'],
  ['MAX_ATTEMPTS', '11'],
  ['PUBLIC_URL', 'verify.example.com'],
  ['TWILIO_API_URL', 'ftp://sms'],
  ['SMS_TEMPLATE', 'Your code'],
  ['WEBOTP_DOMAIN', 'https://example.com'],
  ['TWILIO_ACCOUNT_SID', 'SK123'],
  ['SECRET_KEYS', `a:${KEY},a:${KEY}`],
  ['CALLER_LIMIT', '600'],
  ['CLIENT_IP_LIMIT', '0/1m'],
  ['PREFIX_BUDGET', '100/1w'],
  ['COUNTRY_BUDGET', '1000/1h,USA=1/1h'],
  ['TEXTS_PER_SECOND', '0.5'],
  ['TEST_NUMBERS', '+14255550123=2168'],
  ['TEST_NUMBERS', '4255550123=2168@2027-01-31'],
  ['TEST_NUMBERS', '+14255550123=2168@2027-02-31'],
  ['TEST_NUMBERS', '+4407700900123=2168@2027-01-31'],
  ['TEST_NUMBERS', '+9710507403557=2168@2027-01-31'],
  ['ALLOWED_COUNTRIES', 'US,UK'],
  ['COUNTRY_BUDGET', '1000/1h,UK=10/1h'],
  ['COUNTRY_BUDGET', '1000/1h,US=1/1h,US=off'],
  ['CODEC_SERVER_TOKEN', 'a token with spaces in it'],
  ['TEST_NUMBERS', '+14255550123=21680@2027-01-31'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '1'],
  ['TEMPORAL_TLS', 'TRUE'],
  ['API_KEYS', 'a key'],
  ['SECRET_KEYS', `a:${KEY},b:${KEY}`],
  ['TRUST_PROXY', '0.0.0.0/0'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['REDIS_URL', 'localhost:6379'],
  ['CODEC_SERVER_TOKEN', 'short'],
  ['CODEC_SERVER_ORIGIN', '*'],
  ['CODEC_SERVER_TOKEN', LONG_API_KEY],
  ['WORKER_METRICS_PORT', '0'],
  ['PHONE_NUMBER_CHECK', 'no'],
  ['TWILIO_FROM', '14255550123'],
  ['TWILIO_FROM', '4255550'],
  ['TWILIO_FROM', '(425) 555-0123'],
  ['TEMPORAL_ADDRESS', 'temporal.example.com'],
  ['TEMPORAL_ADDRESS', 'temporal.example.com:'],
  ['TEMPORAL_ADDRESS', '127.0.0.1'],
  ['TEMPORAL_ADDRESS', '::1'],
  ['TEMPORAL_ADDRESS', '[::1]'],
  ['TEMPORAL_ADDRESS', 'https://temporal.example.com'],
])('%s=%s is refused', (name, value) => {
  expect(messageOf({ ...COMPLETE, [name]: value })).toContain(name);
});

test.each([
  ['TWILIO_FROM', '+14255550123'],
  ['TWILIO_FROM', '724365'],
  ['TWILIO_FROM', '12345'],
  ['TWILIO_FROM', 'Example 2'],
  ['TWILIO_FROM', 'ACME'],
  ['TEMPORAL_ADDRESS', 'localhost:7233'],
  ['TEMPORAL_ADDRESS', 'ns.a1b2c.tmprl.cloud:7233'],
  ['TEMPORAL_ADDRESS', '[2001:db8::1]:7233'],
])('%s=%s is accepted', (name, value) => {
  expect(() => loadConfig({ ...COMPLETE, [name]: value })).not.toThrow();
});

test('faults of two variables together are named along with others', () => {
  const message = messageOf({
    ...COMPLETE,
    PORT: 'x',
    CODE_LENGTH: '6',
    TEST_NUMBERS: '+14255550123=2168@2027-01-31',
    CODEC_SERVER_TOKEN: LONG_API_KEY,
    HOST: 'localhost',
    WORKER_METRICS_PORT: '9465',
  });
  for (const name of ['PORT', 'TEST_NUMBERS', 'CODEC_SERVER_TOKEN', 'HOST']) expect(message).toContain(name);
});

test('an API key of Twilio’s stands in for the auth token', () => {
  const { TWILIO_AUTH_TOKEN: _token, ...withoutToken } = COMPLETE;
  expect(messageOf({ ...withoutToken, TWILIO_API_KEY_SID: 'SK1' })).toContain('TWILIO_API_KEY_SECRET');
  expect(
    loadConfig({ ...withoutToken, TWILIO_API_KEY_SID: 'SK1', TWILIO_API_KEY_SECRET: 'secret' }).twilio,
  ).toMatchObject({ accountSid: 'AC123', username: 'SK1', password: 'secret' });
});

test('several secret keys keep their order, and a URL loses the slash at its end', () => {
  const config = loadConfig({
    ...COMPLETE,
    SECRET_KEYS: `new:${Buffer.alloc(32, 3).toString('base64')},old:${KEY}`,
    PUBLIC_URL: 'https://a.example/',
  });
  expect(config.secretKeys.map(({ id }) => id)).toEqual(['new', 'old']);
  expect(config.publicUrl).toBe('https://a.example');
});

test('limits, budgets, proxies and test numbers are read as the README shows them', () => {
  const config = loadConfig({
    ...COMPLETE,
    CALLER_LIMIT: 'off',
    COUNTRY_BUDGET: '2000/1d, US=5000/1h, DE=off',
    TEXTS_PER_SECOND: '20',
    NUMBER_LIMIT: 'off',
    ALLOWED_COUNTRIES: 'US, GB',
    COOLDOWN_SECONDS: '0, 30',
    TRUST_PROXY: 'loopback, 10.0.0.0/8, 2001:db8::/32',
    TEST_NUMBERS: '+14255550199=2168@2027-01-31, +14255550198=0001@2026-12-31',
  });
  expect(config.limits.caller).toBeUndefined();
  expect(config.limits.country.general).toEqual({ max: 2000, periodMs: 86_400_000 });
  expect([...config.limits.country.countries]).toEqual([
    ['US', { max: 5000, periodMs: 3_600_000 }],
    ['DE', undefined],
  ]);
  expect(config.limits.messagesPerSecond).toEqual({ max: 20, periodMs: 1_000 });
  expect(config.policy.numberLimit).toBeNull();
  expect(config.numberRules.allowedCountries).toEqual(['US', 'GB']);
  expect(config.cooldownSeconds).toEqual([0, 30]);
  expect(config.trustProxy).toEqual(['loopback', '10.0.0.0/8', '2001:db8::/32']);
  expect(config.numberRules.testNumbers).toEqual([
    { phoneNumber: '+14255550199', code: '2168', endsAt: Date.parse('2027-01-31T23:59:59.999Z') },
    { phoneNumber: '+14255550198', code: '0001', endsAt: Date.parse('2026-12-31T23:59:59.999Z') },
  ]);
});
