import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const project = resolve(__dirname, '..');
const restricted = 'eslint(no-restricted-imports)';

/** One line of code in a file of `folder`. The linter must report `rule`. Without a rule, it must report nothing. */
type Case = readonly [folder: string, code: string, rule?: string];

const refusedImports: readonly Case[] = [
  ['src/domain', `export * from '../crypto/code';`, restricted],
  ['src/domain', `export type * from '../workflows/definitions';`, restricted],
  ['src/domain', `export * from 'node:util';`, restricted],
  ['src/domain', `export * from 'zod';`, restricted],
  ['src/domain', `export * from './../messaging/sender';`, restricted],
  ['src/domain', `export const load = () => import('undici');`, restricted],
  ['src/numbers', `export * from '../limits/limits';`, restricted],
  ['src/numbers', `export * from 'zod';`, restricted],
  ['src/tenants', `export * from '../messaging/twilio/sender';`, restricted],
  ['src/tenants', `export * from '../crypto/code';`, restricted],
  ['src/tenants', `export type * from '../gateway/verifications';`, restricted],
  ['src/messaging', `export * from './twilio/sender';`, restricted],
  ['src/messaging', `export * from 'twilio';`, restricted],
  ['src/messaging', `export * from '../crypto/code';`, restricted],
  ['src/messaging/twilio', `export * from '../../crypto/code';`, restricted],
  ['src/messaging/twilio', `export * from '../../domain/../crypto/code';`, restricted],
  ['src/messaging/twilio', `export * from '../../tenants/tenant';`, restricted],
  ['src/messaging/twilio', `export * from '@temporalio/activity';`, restricted],
  ['src/messaging/twilio', `export * from 'fastify';`, restricted],
  ['src/workflows', `export * from '../activities';`, restricted],
  ['src/workflows', `export { sendMessage } from '../activities/send-message';`, restricted],
  ['src/workflows', `export * from '@temporalio/common';`, restricted],
  ['src/workflows', `export * from '@temporalio/client';`, restricted],
  ['src/workflows', `export * from '../crypto/code';`, restricted],
  ['src/workflows', `export type * from '../gateway/verifications';`, restricted],
  ['src/workflows', `export * from 'node:crypto';`, restricted],
  ['src/workflows', `export { uuid4 } from '@temporalio/workflow';`, restricted],
  ['src/activities', `export * from '../workflows/definitions';`, restricted],
  ['src/activities', `export * from '../gateway/verifications';`, restricted],
  ['src/activities', `export * from '../messaging/twilio/sender';`, restricted],
  ['src/activities', `export * from '@temporalio/client';`, restricted],
  ['src/activities', `export * from 'twilio';`, restricted],
  ['src/crypto', `export * from '../messaging/sender';`, restricted],
  ['src/crypto', `export * from 'node:fs';`, restricted],
  ['src/temporal', `export * from '../gateway/verifications';`, restricted],
  ['src/temporal', `export * from '../workflows/definitions';`, restricted],
  ['src/temporal', `export * from '../tenants/tenant';`, restricted],
  ['src/temporal', `export * from 'fastify';`, restricted],
  ['src/gateway', `export * from '../workflows';`, restricted],
  ['src/gateway', `export * from '../workflows/phone-verification';`, restricted],
  ['src/gateway', `export type * from '../activities';`, restricted],
  ['src/gateway', `export * from '../api/app';`, restricted],
  ['src/gateway', `export * from '@temporalio/worker';`, restricted],
  ['src/gateway', `export * from 'fastify';`, restricted],
  ['src/gateway/state', `export * from '../start/start';`, restricted],
  ['src/gateway/start', `export * from '../search/visibility';`, restricted],
  ['src/gateway/start', `export * from '../../workflows';`, restricted],
  ['src/limits', `export * from '../api/app';`, restricted],
  ['src/limits', `export * from '../gateway/verifications';`, restricted],
  ['src/limits', `export * from 'fastify';`, restricted],
  ['src/telemetry', `export * from '../gateway/verifications';`, restricted],
  ['src/telemetry', `export * from 'twilio';`, restricted],
  ['src/telemetry', `export * from 'undici';`, restricted],
  ['src/telemetry', `export * from '../workflows/tracing';`, restricted],
  ['src/workflows', `export * from '@opentelemetry/api';`, restricted],
  ['src/config', `export * from '../gateway/verifications';`, restricted],
  ['src/config', `export * from '../messaging/sender';`, restricted],
  ['src/config', `export * from 'fastify';`, restricted],
  ['src/config', `export * from 'node:crypto';`, restricted],
  ['src/api', `export * from '@temporalio/client';`, restricted],
  ['src/api', `export type * from '@temporalio/client';`, restricted],
  ['src/api', `export * from 'prom-client';`, restricted],
  ['src/api', `export * from 'ioredis';`, restricted],
  ['src/api', `export type * from '../activities';`, restricted],
  ['src/api', `export * from '../gateway/verifications';`, restricted],
  ['src/api', `export * from '../messaging/twilio/sender';`, restricted],
  ['src/api/rest', `export * from '../../gateway/verifications';`, restricted],
  ['src/api/rest', `export * from '../../workflows/definitions';`, restricted],
  ['src/api/rest', `export * from '../../messaging/twilio/sender';`, restricted],
  ['src/api/rest', `export * from '../../activities';`, restricted],
  ['src/api/rest', `export type * from '../../config/config';`, restricted],
  ['src/api/rest', `export * from '../durable-functions/event-code';`, restricted],
  ['src/api', `export * from 'node:fs/promises';`, restricted],
  ['src/api/http', `export type * from '../../gateway/verifications';`, restricted],
  ['src/api/http', `export * from '../rest/resource';`, restricted],
  ['src/api/http', `export * from '../app';`, restricted],
  ['src', `export * from '../sandbox/main';`, restricted],
  ['src', `export * from '../harness/ports';`, restricted],
  ['src', `export * from '../test/support/worker';`, restricted],
  ['src', `export * from '../bench/main';`, restricted],
  ['sandbox', `export * from '../src/domain/types';`, restricted],
  ['sandbox/twilio', `export * from '../../harness/ports';`, restricted],
  ['harness', `export * from '../test/support/service';`, restricted],
  ['harness/processes', `export * from '../../dev/banner';`, restricted],
];

const allowedImports: readonly Case[] = [
  ['src/domain', `export * from './policy';`],
  ['src/numbers', `export * from 'libphonenumber-js/max';`],
  ['src/numbers', `export * from '../domain/refusals';`],
  ['src/tenants', `export type * from '../messaging/sender';`],
  ['src/tenants', `export type * from '../numbers/phone-number';`],
  ['src/messaging', `export type * from '../domain/types';`],
  ['src/messaging/twilio', `export * from 'twilio';`],
  ['src/messaging/twilio', `export * from 'undici';`],
  ['src/messaging/twilio', `export type * from '../sender';`],
  ['src/messaging/twilio', `export * from '../../domain/refusals';`],
  ['src/workflows', `export { condition } from '@temporalio/workflow';`],
  ['src/workflows', `export type * from '@temporalio/common';`],
  ['src/workflows', `export * from '../domain/policy';`],
  ['src/workflows', `export type * from '../activities';`],
  ['src/activities', `export * from '../domain/policy';`],
  ['src/activities', `export type * from '../messaging/sender';`],
  ['src/activities', `export type * from '../tenants/tenant';`],
  ['src/activities', `export * from '../crypto/code';`],
  ['src/activities', `export * from '@temporalio/activity';`],
  ['src/crypto', `export * from 'node:crypto';`],
  ['src/temporal', `export * from '@temporalio/client';`],
  ['src/temporal', `export * from '../crypto/encryption';`],
  ['src/gateway', `export * from '@temporalio/client';`],
  ['src/gateway', `export * from '../temporal/grpc-errors';`],
  ['src/gateway', `export * from './start/start';`],
  ['src/gateway/start', `export * from '../state/run-states';`],
  ['src/gateway/state', `export * from '../../temporal/grpc-errors';`],
  ['src/gateway', `export * from '../workflows/definitions';`],
  ['src/gateway', `export type * from '../tenants/tenant';`],
  ['src/limits', `export * from 'ioredis';`],
  ['src/limits', `export type * from '../gateway/verifications';`],
  ['src/telemetry', `export * from 'pino';`],
  ['src/telemetry', `export * from 'prom-client';`],
  ['src/telemetry', `export * from '@opentelemetry/api';`],
  ['src/telemetry', `export type * from '../workflows/tracing';`],
  ['src/telemetry', `export type * from '../workflows/metrics';`],
  ['src/config', `export * from 'zod';`],
  ['src/config', `export * from '../crypto/api-keys';`],
  ['src/config', `export * from '../messaging/wording';`],
  ['src/config/variables', `export * from '../../messaging/wording';`],
  ['src/config/variables', `export * from '../../numbers/phone-number';`],
  ['src/config/variables', `export * from '../../domain/types';`],
  ['src/config', `export const port = process.env['PORT'];`],
  ['src/api', `export * from 'fastify';`],
  ['src/api/reference', `export { readFile } from 'node:fs/promises';`],
  ['src/api/http', `export { METHODS } from 'node:http';`],
  ['src/api', `export * from '../domain/refusals';`],
  ['src/api', `export * from '../limits/limits';`],
  ['src/api', `export type * from '../messaging/sender';`],
  ['src/api', `export type * from '../gateway/verifications';`],
  ['src/api', `export * from './rest/routes';`],
  ['src/api/rest', `export * from '../problem/responses';`],
  ['src/api/rest', `export * from '../http/http-server';`],
  ['src/api/rest', `export * from '../../crypto/code';`],
  ['src/api/rest', `export type * from '../../gateway/verifications';`],
  ['src', `export * from '@temporalio/worker';`],
  ['sandbox', `export * from 'fastify';`],
  ['harness', `export * from '@temporalio/client';`],
  ['harness/service', `export * from '../../src/domain/types';`],
];

const otherRules: readonly Case[] = [
  ['src/domain', `export const now = () => Date.now();`, 'eslint(no-restricted-properties)'],
  ['src/domain', `export const guess = () => Math.random();`, 'eslint(no-restricted-properties)'],
  ['src/domain', `export const pid = () => process.pid;`, 'eslint(no-restricted-globals)'],
  ['src/workflows', `export const guess = () => Math.random();`, 'eslint(no-restricted-properties)'],
  ['src/workflows', `export const id = () => crypto.randomUUID();`, 'eslint(no-restricted-globals)'],
  ['src/api', `export const pid = () => process.pid;`, 'eslint(no-restricted-globals)'],
  ['src', `export const port = process.env['PORT'];`, 'node(no-process-env)'],
  ['src', `console.log('hello');`, 'eslint(no-console)'],
  ['src', `export const parse = (value: any) => value;`, 'typescript(no-explicit-any)'],
  ['src', `export const first = (list: string[]) => list[0]!;`, 'typescript(no-non-null-assertion)'],
  ['src', `export const work = () => { Promise.resolve(1); };`, 'typescript(no-floating-promises)'],
  ['src', `[1].forEach(async () => { await Promise.resolve(); });`, 'typescript(no-misused-promises)'],
  [
    'src',
    `import { Buffer } from 'node:buffer'; export type B = Buffer;`,
    'typescript(consistent-type-imports)',
  ],
  ['test', `test.skip('later', () => { expect(1).toBe(1); });`, 'jest(no-disabled-tests)'],
  ['test', `test.only('mine', () => { expect(1).toBe(1); });`, 'jest(no-focused-tests)'],
];

interface Finding {
  readonly code: string;
  readonly filename: string;
}

/** Lints files in a temporary copy of the project's folders, so that nothing is written into the project. */
async function lint(files: ReadonlyMap<string, string>): Promise<readonly Finding[]> {
  const tree = await mkdtemp(join(tmpdir(), 'modules-'));
  try {
    for (const name of ['.oxlintrc.json', 'tsconfig.json'])
      await copyFile(join(project, name), join(tree, name));
    await symlink(join(project, 'node_modules'), join(tree, 'node_modules'));
    for (const [path, code] of files) {
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await writeFile(join(tree, path), `${code}\n`);
    }
    const oxlint = join(project, 'node_modules', '.bin', 'oxlint');
    const output = await new Promise<string>((done) => {
      execFile(
        oxlint,
        ['--type-aware', '--format', 'json', 'src', 'sandbox', 'harness', 'test'],
        { cwd: tree },
        (_, stdout) => done(stdout),
      );
    });
    return (JSON.parse(output) as { diagnostics: Finding[] }).diagnostics;
  } finally {
    await rm(tree, { recursive: true });
  }
}

/** Each case gets its own file. Its name ends with `.test.ts`, because Jest's rules apply only to such files. */
function placed(name: string, cases: readonly Case[]) {
  return cases.map(([folder, code, rule], index) => {
    return { folder, code, rule, file: `${folder}/${name}-${String(index)}.test.ts` };
  });
}

describe('the linter', () => {
  const refused = placed('refused', [...refusedImports, ...otherRules]);
  const allowed = placed('allowed', allowedImports);
  let findings: readonly Finding[] = [];

  beforeAll(async () => {
    const files = new Map([...refused, ...allowed].map(({ file, code }) => [file, code]));
    files.set('src/domain/cycle.ts', `export { b } from './cycle-back';\nexport const a = 1;`);
    files.set('src/domain/cycle-back.ts', `import { a } from './cycle';\nexport const b = a;`);
    findings = await lint(files);
  });

  const rulesBrokenBy = (file: string): string[] =>
    findings.filter(({ filename }) => filename === file).map(({ code }) => code);

  test.each(refused)('refuses in $folder: $code', ({ file, rule }) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test.each(allowed)('allows in $folder: $code', ({ file }) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  test('refuses an import cycle', () => {
    expect(rulesBrokenBy('src/domain/cycle.ts')).toContain('import(no-cycle)');
  });
});
