import { ConfigError, loadConfig } from '../src/config';

const KEY = Buffer.alloc(32, 1).toString('base64');
const COMPLETE = {
  SECRET_KEYS: `k1:${KEY}`,
  PHONE_DIGEST_KEY: KEY,
  API_KEYS: 'one, two',
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
    apiKeys: ['one', 'two'],
    policy: { codeLength: 4, windowMs: 90_000, maxAttempts: 4, resendIntervalMs: 30_000, maxResends: 2 },
    smsTemplate: 'Your verification code is {code}.',
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
])('%s=%s is refused', (name, value) => {
  expect(messageOf({ ...COMPLETE, [name]: value })).toContain(name);
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
    SECRET_KEYS: `new:${KEY},old:${KEY}`,
    PUBLIC_URL: 'https://a.example/',
  });
  expect(config.secretKeys.map(({ id }) => id)).toEqual(['new', 'old']);
  expect(config.publicUrl).toBe('https://a.example');
});
