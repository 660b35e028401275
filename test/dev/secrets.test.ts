import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
