import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepSecrets } from '../../dev/secrets';

let dataDir: string;
let file: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  file = path.join(dataDir, 'secrets.json');
});

afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

test('they are made once and kept for their owner alone', () => {
  const first = keepSecrets(dataDir);

  expect(first.SECRET_KEYS).toMatch(/^dev:[A-Za-z0-9+/]{43}=$/);
  expect(first.PHONE_DIGEST_KEY).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(keepSecrets(dataDir)).toEqual(first);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(['secrets.json']);
});

test('the folder for data is made when there is none', () => {
  expect(keepSecrets(path.join(dataDir, 'a', 'b'))).toEqual(keepSecrets(path.join(dataDir, 'a', 'b')));
});

const modeOf = (place: string) => (statSync(place).mode & 0o7777).toString(8);

test.each([0o755, 0o777])('a folder for data that others can look into (%d) is closed to them', (mode) => {
  chmodSync(dataDir, mode);

  keepSecrets(dataDir);
  keepSecrets(path.join(dataDir, 'new'));

  expect(modeOf(dataDir)).toBe('700');
  expect(modeOf(path.join(dataDir, 'new'))).toBe('700');
});

test('a folder that many users write to, like /tmp, stays open to them', () => {
  chmodSync(dataDir, 0o1777);

  keepSecrets(dataDir);

  expect(modeOf(dataDir)).toBe('1777');
  expect(modeOf(file)).toBe('600');
});

/** Root may write anywhere: it becomes another user for as long as `act` takes. */
function withoutRights<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

test.each(['/usr', '/usr/data'])(
  "another user's folder for data is named, and what to set instead (%s)",
  (folder) => {
    const message =
      /^\/usr.* can not be the folder for data \((EACCES|EPERM): it may belong to another user\): set DATA_DIR/;

    expect(() => withoutRights(() => keepSecrets(folder))).toThrow(message);
  },
);

test.each(['', 'a'])('a file in the place of the folder for data is named (%s)', (below) => {
  writeFileSync(file, 'content');

  expect(() => keepSecrets(path.join(file, below))).toThrow(
    `${path.join(file, below)} can not be the folder for data (a file stands there): set DATA_DIR to another one`,
  );
});

test.each(['{"SECRET_KEYS":"dev:hidden"', '{"SECRET_KEYS":"dev:hidden"}', '[]', ''])(
  'a file that holds something else (%s) is an error that says what to do, and not what it holds',
  (content) => {
    writeFileSync(file, content);

    expect(() => keepSecrets(dataDir)).toThrow(
      `${file} can not be used (it does not hold the secrets). Repair it;`,
    );
    expect(() => keepSecrets(dataDir)).not.toThrow(/hidden/);
  },
);
