import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadOrCreateSecrets } from '../../dev/secrets';

let dataDir: string;
let file: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  file = path.join(dataDir, 'secrets.json');
});

afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

test('secrets are created once, and only the owner can read them', () => {
  const first = loadOrCreateSecrets(dataDir);

  expect(first.SECRET_KEYS).toMatch(/^dev:[A-Za-z0-9+/]{43}=$/);
  expect(first.PHONE_DIGEST_KEY).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(loadOrCreateSecrets(dataDir)).toEqual(first);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(['secrets.json']);
});

test('the data folder is created if it does not exist', () => {
  expect(loadOrCreateSecrets(path.join(dataDir, 'a', 'b'))).toEqual(
    loadOrCreateSecrets(path.join(dataDir, 'a', 'b')),
  );
});

const modeOf = (place: string) => (statSync(place).mode & 0o7777).toString(8);

test.each([0o755, 0o777])('other users lose access to the data folder (mode %d)', (mode) => {
  chmodSync(dataDir, mode);

  loadOrCreateSecrets(dataDir);
  loadOrCreateSecrets(path.join(dataDir, 'new'));

  expect(modeOf(dataDir)).toBe('700');
  expect(modeOf(path.join(dataDir, 'new'))).toBe('700');
});

test('a folder that many users write to, like /tmp, keeps its mode', () => {
  chmodSync(dataDir, 0o1777);

  loadOrCreateSecrets(dataDir);

  expect(modeOf(dataDir)).toBe('1777');
  expect(modeOf(file)).toBe('600');
});

/** Root may write anywhere: runs `act` as another user. */
function withoutRights<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

test.each(['/usr', '/usr/data'])('the error about a folder of another user names DATA_DIR (%s)', (folder) => {
  const message =
    /^\/usr.* cannot be the data folder \((EACCES|EPERM): it may belong to another user\): set DATA_DIR/;

  expect(() => withoutRights(() => loadOrCreateSecrets(folder))).toThrow(message);
});

test.each(['', 'a'])('the error about a file in place of the data folder names the path (%s)', (below) => {
  writeFileSync(file, 'content');

  expect(() => loadOrCreateSecrets(path.join(file, below))).toThrow(
    `${path.join(file, below)} cannot be the data folder (the path, or a part of it, is a file): set DATA_DIR to`,
  );
});

test.each(['{"SECRET_KEYS":"dev:hidden"', '{"SECRET_KEYS":"dev:hidden"}', '[]', ''])(
  'the error about an invalid secrets file (%s) has a hint, but not the content',
  (content) => {
    writeFileSync(file, content);

    expect(() => loadOrCreateSecrets(dataDir)).toThrow(
      `${file} cannot be used (it does not contain the secrets). Repair or delete it.`,
    );
    expect(() => loadOrCreateSecrets(dataDir)).not.toThrow(/hidden/);
  },
);
