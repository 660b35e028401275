import { developmentEnvironment } from '../../dev/environment';
import { NO_LIMITS } from '../../harness/service/service-environment';
import { readDevSettings } from '../../dev/settings';
import { setVariables } from '../../src/config/read-environment';

const secrets = { SECRET_KEYS: 'dev:secret', PHONE_DIGEST_KEY: 'digest' };

function environmentFor(outside: NodeJS.ProcessEnv) {
  const set = setVariables(outside);
  return developmentEnvironment(set, readDevSettings(set).settings, secrets);
}

test('without any variable, it has a short API key, the secrets, the started Temporal and the SMS sandbox', () => {
  expect(environmentFor({})).toEqual({
    API_KEYS: 'dev',
    DURABLE_FUNCTIONS_AUTH: 'anonymous',
    PAYLOAD_ENCRYPTION: 'off',
    ...NO_LIMITS,
    ...secrets,
    SMS_SANDBOX_URL: 'http://localhost:3001',
    SMS_SANDBOX_STATUS_STEP_MS: '1000',
    SMS_SANDBOX_CARRIER_MS: '15000',
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_TLS: 'false',
    CODEC_SERVER_ORIGIN: 'http://localhost:8233',
    TRY_IT_PAGE: 'on',
    TWILIO_ACCOUNT_SID: expect.stringMatching(/^AC0{32}$/),
    TWILIO_AUTH_TOKEN: expect.any(String),
    TWILIO_FROM: '+15005550006',
    TWILIO_API_URL: 'http://127.0.0.1:3001',
    DATA_DIR: `${process.cwd()}/.data`,
    SMS_SANDBOX_PORT: '3001',
  });
});

test('variables that are set override the defaults, also the secrets', () => {
  const outside = {
    API_KEYS: 'mine',
    SECRET_KEYS: 'mine:key',
    PAYLOAD_ENCRYPTION: 'on',
    WINDOW_SECONDS: '30',
  };

  expect(environmentFor(outside)).toMatchObject({ ...outside, PHONE_DIGEST_KEY: 'digest' });
});

test('an empty variable counts as not set', () => {
  expect(environmentFor({ API_KEYS: '', TWILIO_ACCOUNT_SID: '', PORT: '' })).toMatchObject({
    API_KEYS: 'dev',
  });
});

test('with a Twilio account, messages are sent by Twilio', () => {
  const account = { TWILIO_ACCOUNT_SID: 'AC123', TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+14255550100' };

  const environment = environmentFor(account);

  expect(environment).toMatchObject(account);
  expect(environment).not.toHaveProperty('TWILIO_API_URL');
});

test('the sandbox accepts another sender and an API key', () => {
  const outside = {
    TWILIO_MESSAGING_SERVICE_SID: 'MG1',
    TWILIO_API_KEY_SID: 'SK1',
    TWILIO_API_KEY_SECRET: 's',
  };

  const environment = environmentFor(outside);

  expect(environment).toMatchObject({ ...outside, TWILIO_API_URL: 'http://127.0.0.1:3001' });
  expect(environment).not.toHaveProperty('TWILIO_FROM');
  expect(environment).not.toHaveProperty('TWILIO_AUTH_TOKEN');
});

test('the service uses the ports that are set for the sandbox and Temporal', () => {
  expect(environmentFor({ SMS_SANDBOX_PORT: '4001', TEMPORAL_DEV_PORT: '4002' })).toMatchObject({
    TWILIO_API_URL: 'http://127.0.0.1:4001',
    TEMPORAL_ADDRESS: '127.0.0.1:4002',
  });
});

test('with TEMPORAL_ADDRESS, no other Temporal setting is changed', () => {
  const environment = environmentFor({ TEMPORAL_ADDRESS: 'temporal.example.com:7233' });

  expect(environment).toMatchObject({ TEMPORAL_ADDRESS: 'temporal.example.com:7233' });
  expect(environment).not.toHaveProperty('TEMPORAL_TLS');
  expect(environment).not.toHaveProperty('TEMPORAL_NAMESPACE');
});

test.each(['TWILIO_ACCOUNT_SID', 'TWILIO_FROM', 'TWILIO_API_URL'])(
  'if %s is set, a start by the Durable Functions API needs an API key',
  (name) => {
    expect(environmentFor({ [name]: 'x' })).toMatchObject({ DURABLE_FUNCTIONS_AUTH: 'function' });
    expect(environmentFor({ [name]: 'x', DURABLE_FUNCTIONS_AUTH: 'anonymous' })).toMatchObject({
      DURABLE_FUNCTIONS_AUTH: 'anonymous',
    });
    expect(environmentFor({ [name]: '' })).toMatchObject({ DURABLE_FUNCTIONS_AUTH: 'anonymous' });
  },
);
