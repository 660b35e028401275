import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { TENANTS_SCHEMA, tenantsSchema } from '../../scripts/tenants-schema';
import { tenantsFile } from '../../src/config/tenants-schema';

const schema = readFileSync(TENANTS_SCHEMA, 'utf8');
const isTenantsFile = new Ajv2020({ strict: true }).compile(JSON.parse(schema) as object);

const page = readFileSync(path.resolve(__dirname, '../../docs/tenants.md'), 'utf8');
const [, example = ''] = /^```yaml\n(# yaml-language-server[\s\S]*?)^```$/m.exec(page) ?? [];

test('docs/tenants.schema.json is up to date: npm run docs:tenants', () => {
  expect(schema).toBe(tenantsSchema());
});

test('it accepts the example of docs/tenants.md, as the service does', () => {
  expect(isTenantsFile(parse(example)) || isTenantsFile.errors).toBe(true);
  expect(tenantsFile.safeParse(parse(example)).error).toBeUndefined();
});

test('the example refers to it', () => {
  const [, file = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(example) ?? [];

  expect(path.resolve(TENANTS_SCHEMA, '../..', file)).toBe(TENANTS_SCHEMA);
});

test.each([
  ['codeLength: 6', 'codeLenght: 6'],
  ['codeLength: 6', 'codeLength: 3'],
  ['name: Shop\n', '\n'],
  ['tenants:', 'tenant:'],
])('with %j replaced by %j, editors show a fault', (right, wrong) => {
  expect(example).toContain(right);

  expect(isTenantsFile(parse(example.replace(right, wrong)))).toBe(false);
});

test('the page describes every key, and no other', () => {
  const { properties } = (
    JSON.parse(schema) as {
      properties: { tenants: { additionalProperties: { properties: Record<string, object> } } };
    }
  ).properties.tenants.additionalProperties;
  const { verify } = properties as { verify: { properties: object } };
  const keys = [...Object.keys(properties), ...Object.keys(verify.properties).map((key) => `verify.${key}`)];
  const described = [...page.matchAll(/^- `([a-zA-Z.]+)`/gm)].map(([, key = '']) => key);

  expect(new Set(described)).toEqual(new Set(keys.filter((key) => key !== 'verify')));
});
