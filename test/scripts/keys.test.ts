import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { apiConfig } from '../../src/config/api-config';
import { workerConfig } from '../../src/config/worker-config';
import { tenantsFile } from '../../src/config/tenants-schema';
import { envTemplate } from '../../scripts/keys';

const ROOT = path.resolve(__dirname, '../..');

/** A checkout without installed packages. */
let checkout: string;
let file: string;

beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'keys-'));
  file = path.join(checkout, '.env');
  for (const part of ['package.json', 'scripts'])
    cpSync(path.join(ROOT, part), path.join(checkout, part), { recursive: true });
});

afterEach(() => {
  rmSync(checkout, { recursive: true });
});

function npmRunKeys(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'keys', '--', ...args], {
    cwd: checkout,
    encoding: 'utf8',
  });
  return { exitCode: status, stdout, stderr };
}

function parse(content: string): Record<string, string> {
  return Object.fromEntries(
    [...content.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

test('together with a Twilio account, the template is a valid configuration', () => {
  const account = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+14255550100' };

  const env = { ...parse(envTemplate(new Date('2026-11-23T10:00:00Z'))), ...account };
  const config = apiConfig(env);

  expect(() => workerConfig(env)).not.toThrow();

  expect(config.secretKeys.map(({ id }) => id)).toEqual(['k20261123']);
  expect(config.apiKeys[0]).toHaveLength(32);
});

test('without a Twilio account, the error names its variables', () => {
  expect(() => workerConfig(parse(envTemplate(new Date())))).toThrow(/TWILIO_ACCOUNT_SID.*TWILIO_FROM/s);
});

test('without packages, the command prints only a .env, with new keys each time', () => {
  const [first, second] = [npmRunKeys(), npmRunKeys()];

  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  expect(first.stdout.split('\n').every((line) => /^(#.*|[A-Z_]+=.*)?$/.test(line))).toBe(true);
  expect(parse(first.stdout)['SECRET_KEYS']).toMatch(/^k\d{8}:.{44}$/);
  expect(parse(first.stdout)['SECRET_KEYS']).not.toBe(parse(second.stdout)['SECRET_KEYS']);
  expect(existsSync(file)).toBe(false);
});

test('--write creates a file that only its owner can read, and prints no key', () => {
  const umask = process.umask(0);
  try {
    const { exitCode, stdout, stderr } = npmRunKeys('--write', '.env');

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^\.env was written, and only you can read it\. [^=]*\n$/);
  } finally {
    process.umask(umask);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(Object.keys(parse(readFileSync(file, 'utf8')))).toEqual(Object.keys(parse(envTemplate(new Date()))));
});

test('--write does not change an existing file', () => {
  writeFileSync(file, 'API_KEYS=mine\n');

  const { exitCode, stdout, stderr } = npmRunKeys('--write', '.env');

  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toBe('.env already exists and was not changed. Move it, or write another file.\n');
  expect(readFileSync(file, 'utf8')).toBe('API_KEYS=mine\n');
});

test.each(
  [
    ['--write'],
    ['--write='],
    ['.env'],
    ['--wirte', '.env'],
    ['--tenant'],
    ['--verify'],
    ['--tenant', 'shop', '--write', '.env'],
  ].map((args) => ({ line: args.join(' '), args })),
)('$line: prints the usage', ({ args }) => {
  const { exitCode, stderr } = npmRunKeys(...args);

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Usage: .*-- --write \.env/);
});

test('--write prints why it cannot write', () => {
  const { exitCode, stderr } = npmRunKeys('--write', path.join('elsewhere', '.env'));

  expect(exitCode).toBe(1);
  expect(stderr).toBe('elsewhere/.env cannot be written (ENOENT).\n');
});

describe('--tenant', () => {
  const sha256 = (text = '') => createHash('sha256').update(text).digest('hex');
  const secretIn = (stdout: string, label: string) =>
    new RegExp(`^ +${label}: +(\\S+)$`, 'm').exec(stdout)?.[1] ?? '';

  /** The lines for TENANTS_FILE, pasted below `tenants:`. */
  function tenantsIn(stdout: string) {
    const [, lines = ''] = stdout.split(/^For TENANTS_FILE.*\n\n/m);
    return tenantsFile.parse(parseYaml(`tenants:\n${lines}`)).tenants;
  }

  test('prints a key, and lines for the file with its hash only', () => {
    const [first, second] = [npmRunKeys('--tenant', 'shop'), npmRunKeys('--tenant', 'shop')];

    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    const apiKey = secretIn(first.stdout, 'API key');
    expect(apiKey.length).toBeGreaterThanOrEqual(32);
    expect(first.stdout.split(apiKey)).toHaveLength(2);
    expect(Object.keys(tenantsIn(first.stdout))).toEqual(['shop']);
    expect(tenantsIn(first.stdout)['shop']).toMatchObject({ name: 'shop', apiKeys: [sha256(apiKey)] });
    expect(tenantsIn(first.stdout)['shop']).not.toHaveProperty('verify');
    expect(secretIn(second.stdout, 'API key')).not.toBe(apiKey);
  });

  test('--verify adds an account and its token for clients of Twilio Verify', () => {
    const { stdout } = npmRunKeys('--tenant', 'shop', '--verify');

    const authToken = secretIn(stdout, 'Auth token');
    // Twilio's client for Go refuses other characters than letters and digits.
    expect(authToken).toMatch(/^[0-9a-f]{32}$/);
    expect(authToken).not.toBe(secretIn(stdout, 'API key'));
    expect(tenantsIn(stdout)['shop']?.verify).toMatchObject({
      serviceSid: expect.stringMatching(/^VA[0-9a-f]{32}$/) as unknown,
      accountSid: secretIn(stdout, 'Account SID'),
      authToken: sha256(authToken),
    });
    expect(stdout).toContain('add the hash to its `apiKeys`, and `authToken` to its `verify`.');
    expect(stdout).toContain('keep your own `serviceSid` and `accountSid`.');
  });

  test('the longest id has a valid name, too', () => {
    const id = 'a'.repeat(40);

    expect(tenantsIn(npmRunKeys('--tenant', id).stdout)).toHaveProperty(id);
  });

  test.each(['Shop', '1shop', 'a b', '', 'a'.repeat(41)])('refuses the id %j', (id) => {
    expect(npmRunKeys(`--tenant=${id}`)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: '--tenant must be a-z, 0-9 and -, at most 40 characters, and begin with a letter.\n',
    });
  });

  test('refuses the tenant of the environment', () => {
    expect(npmRunKeys('--tenant', 'default').stderr).toBe(
      'The tenant default is configured by the environment: npm run keys makes its keys.\n',
    );
  });
});
