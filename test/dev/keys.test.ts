import { execFileSync } from 'node:child_process';
import { loadConfig } from '../../src/config';
import { envTemplate } from '../../dev/keys';

function parse(file: string): Record<string, string> {
  return Object.fromEntries([...file.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

test('with the Twilio account filled in it is a configuration', () => {
  const account = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+14255550100' };

  const config = loadConfig({ ...parse(envTemplate(new Date('2026-11-23T10:00:00Z'))), ...account });

  expect(config.secretKeys.map(({ id }) => id)).toEqual(['k20261123']);
  expect(config.apiKeys[0]).toHaveLength(32);
});

test('it leaves the Twilio account to be filled in, and says so when it is not', () => {
  expect(() => loadConfig(parse(envTemplate(new Date())))).toThrow(/TWILIO_ACCOUNT_SID.*TWILIO_FROM/s);
});

test('the command prints nothing else, and new keys each time', () => {
  const print = () =>
    execFileSync(process.execPath, ['--import', 'tsx', 'dev/keys.ts'], { encoding: 'utf8' });

  const [first, second] = [print(), print()];

  expect(first.split('\n').every((line) => /^(#.*|[A-Z_]+=.*)?$/.test(line))).toBe(true);
  expect(parse(first)['SECRET_KEYS']).not.toBe(parse(second)['SECRET_KEYS']);
});
