import { apiConfig } from '../../src/config/api-config';
import { operatorConfig } from '../../src/config/operator-config';
import { workerConfig } from '../../src/config/worker-config';
import { COMPLETE, KEY, LONG_API_KEY, refusalOf, refusalsOf, processes } from './environments';

const ZEROS = Buffer.alloc(32).toString('base64');

test('the required variables are enough, and all others have the documented defaults', () => {
  const temporal = { namespace: 'default', connection: { address: '127.0.0.1:7233' } };

  expect(apiConfig(COMPLETE)).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    publicUrl: 'http://localhost:3000',
    taskQueue: 'phone-verification',
    apiKeys: ['one', 'two', LONG_API_KEY],
    rules: {
      policy: {
        codeLength: 4,
        windowMs: 90_000,
        maxAttempts: 4,
        resendIntervalMs: 30_000,
        maxResends: 2,
        numberLimit: { max: 10, periodMs: 3_600_000 },
      },
      cooldownSeconds: [0, 30, 60, 300, 900, 3600, 86_400],
      numberRules: { allowedCountries: undefined, phoneNumberCheck: 'possible', testNumbers: [] },
      limits: {
        caller: { max: 600, periodMs: 60_000 },
        clientIp: { max: 20, periodMs: 600_000 },
      },
    },
    tenants: [],
    payloadEncryption: true,
    trustProxy: false,
    budgets: {
      country: { general: { max: 1000, periodMs: 3_600_000 }, countries: [] },
      prefix: { max: 100, periodMs: 3_600_000 },
      messagesPerSecond: undefined,
    },
    redisUrl: undefined,
    codecServer: undefined,
    durableFunctionsAuth: 'function',
    metrics: { host: '127.0.0.1', port: 9464, isPortSet: false },
    temporal,
  });
  expect(workerConfig(COMPLETE)).toMatchObject({
    taskQueue: 'phone-verification',
    workerVersion: undefined,
    smsTemplate: 'Your verification code is {code}.',
    webOtpDomain: undefined,
    payloadEncryption: true,
    cooldownSeconds: [0, 30, 60, 300, 900, 3600, 86_400],
    metrics: { host: '127.0.0.1', port: 9465, isPortSet: false },
    temporal,
  });
  expect(operatorConfig(COMPLETE)).toMatchObject({ payloadEncryption: true, temporal });
});

test('one error names all invalid variables', () => {
  const env = { ...COMPLETE, SECRET_KEYS: '', API_KEYS: undefined, PORT: 'x', WINDOW_SECONDS: '4' };

  const message = refusalOf(apiConfig, env);

  for (const name of ['SECRET_KEYS', 'API_KEYS', 'PORT', 'WINDOW_SECONDS']) expect(message).toContain(name);
  expect(message).not.toContain('PHONE_DIGEST_KEY');
});

test('the errors for an empty environment name all required variables', () => {
  const messages = processes.map(({ read }) => refusalOf(read, {})).join('\n');

  for (const name of Object.keys(COMPLETE)) expect(messages).toContain(name);
});

test('the errors contain no secret', () => {
  const env = { ...COMPLETE, SECRET_KEYS: 'k1:c2VjcmV0', PHONE_DIGEST_KEY: 'c2VjcmV0', API_KEYS: 'secret,,' };

  const messages = processes.map(({ read }) => refusalOf(read, env)).join('\n');

  expect(messages).toContain('SECRET_KEYS must be');
  expect(messages).toContain('PHONE_DIGEST_KEY must be');
  expect(messages).toContain('API_KEYS has an empty key');
  expect(messages).not.toMatch(/c2VjcmV0|secret,/);
});

test.each([
  ['API_KEYS', `${LONG_API_KEY}, ${LONG_API_KEY}`, 'API_KEYS has the same key twice'],
  ['SECRET_KEYS', `k1:${KEY},k2:${ZEROS}`, 'SECRET_KEYS must not be all zero'],
  ['PHONE_DIGEST_KEY', ZEROS, 'PHONE_DIGEST_KEY must not be all zero'],
  ['PHONE_DIGEST_KEY', KEY, 'PHONE_DIGEST_KEY must not be one of SECRET_KEYS'],
])('a weak secret in %s is refused, and the error contains no value', (name, value, fault) => {
  const weak = { ...COMPLETE, [name]: value };

  for (const message of refusalsOf(name, weak)) expect(message).toContain(fault);
  const message = refusalOf(apiConfig, { ...weak, PORT: 'x' });
  expect(message).toContain(fault);
  expect(message).toContain('PORT must be');
  for (const secret of [KEY, ZEROS, LONG_API_KEY]) expect(message).not.toContain(secret);
});

test.each([
  ['CODE_LENGTH', '3'],
  ['CODE_LENGTH', '11'],
  ['CODE_LENGTH', '4.5'],
  ['WINDOW_SECONDS', '86401'],
  ['MAX_ATTEMPTS', '0'],
  ['MAX_ATTEMPTS', '11'],
  ['PUBLIC_URL', 'verify.example.com'],
  ['PUBLIC_URL', 'https://user:password@verify.example.com'],
  ['PUBLIC_URL', 'https://verify.example.com/?a=b'],
  ['PUBLIC_URL', 'https://verify.example.com/#'],
  ['SMS_SANDBOX_URL', 'http://localhost:3001/#'],
  ['TWILIO_API_URL', 'ftp://sms'],
  ['SMS_TEMPLATE', 'Your code'],
  ['SMS_TEMPLATE', 'Your code is {{code}}'],
  ['SMS_TEMPLATE', 'Your code is 7{code}'],
  ['SMS_TEMPLATE', '{code}{ttl}'],
  ['SMS_TEMPLATE', `${'x'.repeat(1_500)} {code}`],
  ['SMS_TEMPLATE', 'Your {brand} code is {code}'],
  ['SMS_TEMPLATE', 'Your {name} code is {code}'],
  ['WEBOTP_DOMAIN', 'https://example.com'],
  ['TWILIO_ACCOUNT_SID', 'SK123'],
  ['SECRET_KEYS', `a:${KEY},a:${KEY}`],
  ['CALLER_LIMIT', '600'],
  ['CALLER_LIMIT', '600/25d'],
  ['CLIENT_IP_LIMIT', '0/1m'],
  ['NUMBER_LIMIT', '1001/1h'],
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
  ['API_KEYS', 'üüüüüüüüüüüüüüüü'],
  ['CODEC_SERVER_TOKEN', 'üüüüüüüüüüüüüüüü'],
  ['SECRET_KEYS', `a:!${KEY}`],
  ['PHONE_DIGEST_KEY', `!!${KEY}`],
  ['TEMPORAL_ADDRESS', '127.0.0.1:99999'],
  ['TEMPORAL_PROFILE', 'no-such-profile'],
  ['TEMPORAL_CONFIG_FILE', '/no/such/file.toml'],
  ['TEMPORAL_TLS_SERVER_CA_CERT_PATH', '/no/such/certificate.pem'],
  ['TEMPORAL_TLS_CLIENT_CERT_PATH', '/no/such/certificate.pem'],
  ['SECRET_KEYS', `a:${KEY},b:${KEY}`],
  ['TRUST_PROXY', '0.0.0.0/0'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['REDIS_URL', 'localhost:6379'],
  ['CODEC_SERVER_TOKEN', 'short'],
  ['CODEC_SERVER_ORIGIN', '*'],
  ['CODEC_SERVER_TOKEN', LONG_API_KEY],
  ['CODEC_SERVER_TOKEN', `${LONG_API_KEY}\n`],
  ['METRICS_PORT', '65536'],
  ['METRICS_PORT', 'none'],
  ['WORKER_METRICS_PORT', '0'],
  ['METRICS_HOST', 'localhost'],
  ['PHONE_NUMBER_CHECK', 'no'],
  ['TWILIO_FROM', '14255550123'],
  ['TWILIO_FROM', '4255550'],
  ['TWILIO_FROM', '(425) 555-0123'],
  ['METRICS_PORT', '3000'],
  ['TEMPORAL_DEPLOYMENT_NAME', 'phone.verification'],
  ['TEMPORAL_DEPLOYMENT_NAME', 'phone:verification'],
  ['TEMPORAL_DEPLOYMENT_NAME', '__phone'],
  ['TEMPORAL_WORKER_BUILD_ID', '__unversioned__'],
  ['TEMPORAL_ADDRESS', 'temporal.example.com'],
  ['TEMPORAL_ADDRESS', 'temporal.example.com:'],
  ['TEMPORAL_ADDRESS', '127.0.0.1'],
  ['TEMPORAL_ADDRESS', '::1'],
  ['TEMPORAL_ADDRESS', '[::1]'],
  ['TEMPORAL_ADDRESS', 'https://temporal.example.com'],
])('%s=%s is refused by every process that reads it, and by no other', (name, value) => {
  const messages = refusalsOf(name, { ...COMPLETE, [name]: value });

  expect(messages.length).toBeGreaterThan(0);
  for (const message of messages) expect(message).toContain(name);
});

test.each([
  ['PUBLIC_URL', 'verify.example.com'],
  ['SMS_SANDBOX_URL', 'localhost'],
  ['METRICS_HOST', ' '],
  ['SMS_TEMPLATE', ' '],
])('one mistake is one line: %s=%j', (name, value) => {
  for (const message of refusalsOf(name, { ...COMPLETE, [name]: value }))
    expect(message.split('\n')).toHaveLength(2);
});

test('COUNTRY_BUDGET without a budget of all countries is told how it is written', () => {
  expect(refusalOf(apiConfig, { ...COMPLETE, COUNTRY_BUDGET: 'US=5000/1h' }).split('\n')).toEqual([
    'The configuration is not valid:',
    '  COUNTRY_BUDGET must be like 1000/1h,US=5000/1h,DE=off: first the budget of all countries, then those of single countries',
  ]);
});

test.each([
  ['TWILIO_FROM', '+14255550123'],
  ['TWILIO_FROM', '724365'],
  ['TWILIO_FROM', '12345'],
  ['TWILIO_FROM', 'Example 2'],
  ['TWILIO_FROM', 'ACME'],
  ['TEMPORAL_DEPLOYMENT_NAME', 'phone_verification 2'],
  ['TEMPORAL_WORKER_BUILD_ID', 'v1.2.3:a/b'],
  ['TEMPORAL_ADDRESS', 'localhost:7233'],
  ['TEMPORAL_ADDRESS', 'ns.a1b2c.tmprl.cloud:7233'],
  ['TEMPORAL_ADDRESS', '[2001:db8::1]:7233'],
])('%s=%s is accepted', (name, value) => {
  for (const { read } of processes) expect(() => read({ ...COMPLETE, [name]: value })).not.toThrow();
});

test('invalid combinations of variables are reported together with other faults', () => {
  const env = {
    ...COMPLETE,
    PORT: 'x',
    CODE_LENGTH: '6',
    TEST_NUMBERS: '+14255550123=2168@2027-01-31',
    PHONE_DIGEST_KEY: KEY,
    CODEC_SERVER_TOKEN: LONG_API_KEY,
    METRICS_HOST: 'localhost',
    TWILIO_AUTH_TOKEN: '',
  };

  const ofApi = refusalOf(apiConfig, env);
  const ofWorker = refusalOf(workerConfig, env);

  for (const name of ['PORT', 'TEST_NUMBERS', 'PHONE_DIGEST_KEY', 'CODEC_SERVER_TOKEN'])
    expect(ofApi).toContain(`  ${name} must`);
  for (const fault of ['PORT must', 'METRICS_HOST must', 'TWILIO_AUTH_TOKEN is required'])
    expect(ofWorker).toContain(`  ${fault}`);
});

test('an invalid CODE_LENGTH is no fault of the variables whose codes have this length', () => {
  const env = { ...COMPLETE, CODE_LENGTH: 'six', TEST_NUMBERS: '+14255550123=2168@2027-01-31' };

  expect(refusalOf(apiConfig, env)).not.toMatch(/TEST_NUMBERS|NaN/);
});

test('PHONE_DIGEST_KEY must not be a later one of SECRET_KEYS, either', () => {
  const env = { ...COMPLETE, SECRET_KEYS: `k1:${KEY},k2:${COMPLETE.PHONE_DIGEST_KEY}` };

  for (const read of [apiConfig, operatorConfig])
    expect(refusalOf(read, env)).toContain('PHONE_DIGEST_KEY must not be one of SECRET_KEYS');
});

test('an invalid combination is no error for a process that reads only one of the variables', () => {
  const reusedKey = { ...COMPLETE, PHONE_DIGEST_KEY: KEY };

  expect(() => workerConfig(reusedKey)).not.toThrow();
});

test('metrics can be switched off, and have their own address', () => {
  const off = { ...COMPLETE, METRICS_PORT: 'off', WORKER_METRICS_PORT: 'off' };
  const set = { ...COMPLETE, METRICS_HOST: '::', METRICS_PORT: '1', WORKER_METRICS_PORT: '2' };

  expect([apiConfig(off).metrics, workerConfig(off).metrics]).toEqual([undefined, undefined]);
  expect(apiConfig(set).metrics).toMatchObject({ host: '::', port: 1, isPortSet: true });
  expect(workerConfig(set).metrics).toMatchObject({ host: '::', port: 2, isPortSet: true });
});

test('an empty port is not set: the default port may be in use', () => {
  const env = { ...COMPLETE, METRICS_PORT: '', WORKER_METRICS_PORT: '' };

  expect(apiConfig(env).metrics).toMatchObject({ port: 9464, isPortSet: false });
  expect(workerConfig(env).metrics).toMatchObject({ port: 9465, isPortSet: false });
});

test('encryption can be switched off for every process', () => {
  const env = { ...COMPLETE, PAYLOAD_ENCRYPTION: 'off' };

  for (const read of [apiConfig, workerConfig, operatorConfig])
    expect(read(env)).toMatchObject({ payloadEncryption: false });
});

test('a Twilio API key can replace the auth token', () => {
  const withoutToken = { ...COMPLETE, TWILIO_AUTH_TOKEN: undefined, TWILIO_API_KEY_SID: 'SK1' };

  expect(refusalOf(workerConfig, withoutToken)).toContain('TWILIO_API_KEY_SECRET');
  expect(workerConfig({ ...withoutToken, TWILIO_API_KEY_SECRET: 'secret' }).twilio).toMatchObject({
    accountSid: 'AC123',
    username: 'SK1',
    password: 'secret',
  });
});

test('with the auth token and an API key, the worker uses the token', () => {
  const both = { ...COMPLETE, TWILIO_API_KEY_SID: 'SK1', TWILIO_API_KEY_SECRET: 'secret' };

  expect(workerConfig(both).twilio).toMatchObject({ username: 'AC123', password: 'token' });
});

test('secret keys keep their order, and the trailing slashes of URLs are removed', () => {
  const config = apiConfig({
    ...COMPLETE,
    SECRET_KEYS: `new:${Buffer.alloc(32, 3).toString('base64')},old:${KEY}`,
    PUBLIC_URL: 'https://a.example/',
    TRY_IT_PAGE: 'on',
    SMS_SANDBOX_URL: 'http://localhost:3001/',
  });
  expect(config.secretKeys.map(({ id }) => id)).toEqual(['new', 'old']);
  expect(config.publicUrl).toBe('https://a.example');
  expect(config.tryItPage).toEqual({ phonePageUrl: 'http://localhost:3001' });
});

test.each([
  [{ PUBLIC_URL: 'https://verify.example.com/' }, 'https://verify.example.com'],
  [{ TWILIO_API_URL: 'http://localhost:3001', PORT: '3333' }, 'http://localhost:3333'],
  [{ PUBLIC_URL: 'http://verify.example.com' }, undefined],
  [{ PUBLIC_URL: 'https://verify.example.com', TWILIO_AUTH_TOKEN: '' }, undefined],
])('%j: API and worker have the same URL for delivery reports', (variables, publicUrl) => {
  const apiKey = { TWILIO_API_KEY_SID: 'SK1', TWILIO_API_KEY_SECRET: 'secret' };
  const env = { ...COMPLETE, ...apiKey, ...variables };

  const expected = publicUrl && { authToken: 'token', publicUrl };

  expect(apiConfig(env).statusCallback).toEqual(expected);
  expect(workerConfig(env).statusCallback).toEqual(expected);
});

test('limits, budgets, proxies and test numbers have the format in docs/configuration.md', () => {
  const config = apiConfig({
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
  expect(config.rules.limits.caller).toBeUndefined();
  expect(config.budgets.country.general).toEqual({ max: 2000, periodMs: 86_400_000 });
  expect([...config.budgets.country.countries]).toEqual([
    ['US', { max: 5000, periodMs: 3_600_000 }],
    ['DE', undefined],
  ]);
  expect(config.budgets.messagesPerSecond).toEqual({ max: 20, periodMs: 1_000 });
  expect(config.rules.policy.numberLimit).toBeNull();
  expect(config.rules.numberRules.allowedCountries).toEqual(['US', 'GB']);
  expect(config.rules.cooldownSeconds).toEqual([0, 30]);
  expect(config.trustProxy).toEqual(['loopback', '10.0.0.0/8', '2001:db8::/32']);
  expect(config.rules.numberRules.testNumbers).toEqual([
    { phoneNumber: '+14255550199', code: '2168', endsAt: Date.parse('2027-01-31T23:59:59.999Z') },
    { phoneNumber: '+14255550198', code: '0001', endsAt: Date.parse('2026-12-31T23:59:59.999Z') },
  ]);
});

describe('traces are', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

  test.each([
    ['off', {}],
    ['on', endpoint],
    ['on', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/v1/traces' }],
    ['on', { ...endpoint, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '.05' }],
    ['off', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }],
    ['off', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
    // A platform may set these for all its processes.
    ['off', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'xray' }],
  ])('%s with %o', (state, variables) => {
    const env = { ...COMPLETE, ...variables };
    expect([apiConfig(env).tracing, workerConfig(env).tracing]).toEqual([state === 'on', state === 'on']);
  });

  test('refused with values that the SDK would ignore', () => {
    const wrong = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_TRACES_SAMPLER: 'some',
      OTEL_TRACES_SAMPLER_ARG: '5%',
    };
    const refusals = refusalsOf('OTEL_TRACES_SAMPLER', { ...COMPLETE, ...wrong });
    expect(refusals).toHaveLength(2);
    for (const refusal of refusals)
      for (const name of Object.keys(wrong)) expect(refusal).toContain(`\n  ${name} must be `);
  });
});
