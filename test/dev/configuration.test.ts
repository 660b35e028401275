import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configureDevelopment } from '../../dev/configuration';
import { ConfigError } from '../../src/config/read-environment';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'configuration-'));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function faultsOf(configure: () => unknown): readonly string[] {
  try {
    configure();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('the service accepts the defaults of npm run dev', () => {
  const { config, settings } = configureDevelopment({ DATA_DIR: dataDir });

  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    apiKeys: ['dev'],
    publicUrl: 'http://localhost:3000',
  });
  expect(settings).toEqual({
    smsSandboxPort: 3001,
    temporalPort: 7233,
    temporalUiPort: 8233,
    workers: 1,
    dataDir,
    hasTemporalAddress: false,
  });
});

test('one error names all invalid variables of the service and of npm run dev', () => {
  const wrong = {
    WORKERS: 'abc',
    SMS_SANDBOX_PORT: '70000',
    WINDOW_SECONDS: 'soon',
    PORT: 'x',
    DATA_DIR: dataDir,
  };

  expect(() => configureDevelopment(wrong)).toThrow(
    /WINDOW_SECONDS must.*SMS_SANDBOX_PORT must be a whole number from 1 to 65535.*WORKERS must be/s,
  );
  expect(() => configureDevelopment(wrong)).toThrow(/PORT must be/);
});

test('the variables of all processes are checked, and a fault that several processes report is listed once', () => {
  const wrong = {
    SMS_TEMPLATE: 'Your code',
    CALLER_LIMIT: 'none',
    SECRET_KEYS: 'k1:short',
    DATA_DIR: dataDir,
  };

  const faults = faultsOf(() => configureDevelopment(wrong)).map((fault) => fault.split(' ')[0]);

  expect(faults).toHaveLength(3);
  expect(new Set(faults)).toEqual(new Set(['CALLER_LIMIT', 'SECRET_KEYS', 'SMS_TEMPLATE']));
});

test('invalid variables of npm run dev alone are an error as well', () => {
  expect(() => configureDevelopment({ WORKERS: '0', PORT: '0', DATA_DIR: dataDir })).toThrow(
    'The configuration is not valid:\n  WORKERS must be a whole number from 1 to 64\n  PORT must not be 0',
  );
});

test('the error about an unusable data folder names DATA_DIR', () => {
  const file = path.join(dataDir, 'file');
  writeFileSync(file, '');

  expect(() => configureDevelopment({ DATA_DIR: path.join(file, 'data') })).toThrow(/DATA_DIR/);
});

test('a Temporal address without a port is refused with an example', () => {
  expect(() => configureDevelopment({ TEMPORAL_ADDRESS: 'temporal.example.com', DATA_DIR: dataDir })).toThrow(
    'TEMPORAL_ADDRESS must be a host and a port, like temporal.example.com:7233',
  );
});
