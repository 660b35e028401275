import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const project = resolve(__dirname, '..');
const restricted = 'eslint(no-restricted-imports)';

/** One line of code in a file of a room; the linter must name this rule, or find nothing. */
type Case = readonly [folder: string, code: string, rule?: string];

const acrossRooms: readonly Case[] = [
  ['src/domain', `export * from '../crypto/code';`, restricted],
  ['src/domain', `export type * from '../workflows/messages';`, restricted],
  ['src/domain', `export * from 'node:util';`, restricted],
  ['src/domain', `export * from 'zod';`, restricted],
  ['src/domain', `export * from './../sms/twilio-sender';`, restricted],
  ['src/domain', `export const load = () => import('undici');`, restricted],
  ['src/workflows', `export * from '../activities';`, restricted],
  ['src/workflows', `export { sendMessage } from '../activities/send-sms';`, restricted],
  ['src/workflows', `export * from '@temporalio/common';`, restricted],
  ['src/workflows', `export * from '@temporalio/client';`, restricted],
  ['src/workflows', `export * from '../crypto/code';`, restricted],
  ['src/workflows', `export type * from '../temporal/verifications';`, restricted],
  ['src/workflows', `export * from 'node:crypto';`, restricted],
  ['src/workflows', `export { uuid4 } from '@temporalio/workflow';`, restricted],
  ['src/activities', `export * from '../workflows/messages';`, restricted],
  ['src/activities', `export * from '../temporal/verifications';`, restricted],
  ['src/activities', `export * from '@temporalio/client';`, restricted],
  ['src/activities', `export * from 'twilio';`, restricted],
  ['src/sms', `export * from '../crypto/code';`, restricted],
  ['src/sms', `export * from '../domain/../crypto/code';`, restricted],
  ['src/sms', `export * from '@temporalio/activity';`, restricted],
  ['src/sms', `export * from 'fastify';`, restricted],
  ['src/crypto', `export * from '../sms/twilio-sender';`, restricted],
  ['src/crypto', `export * from 'node:fs';`, restricted],
  ['src/temporal', `export * from '../workflows';`, restricted],
  ['src/temporal', `export * from '../workflows/phone-verification';`, restricted],
  ['src/temporal', `export type * from '../activities';`, restricted],
  ['src/temporal', `export * from '../api/app';`, restricted],
  ['src/temporal', `export * from '@temporalio/testing';`, restricted],
  ['src/temporal', `export * from 'fastify';`, restricted],
  ['src/temporal', `export * from '../sms/zod';`, restricted],
  ['src/api', `export * from '@temporalio/client';`, restricted],
  ['src/api', `export type * from '@temporalio/client';`, restricted],
  ['src/api', `export type * from '../activities';`, restricted],
  ['src/api', `export * from '../temporal/verifications';`, restricted],
  ['src/api', `export * from '../sms/twilio-sender';`, restricted],
  ['src/api/routes', `export * from '../../temporal/verifications';`, restricted],
  ['src/api/routes', `export * from '../../workflows/messages';`, restricted],
  ['src/api/routes', `export * from '../../sms/twilio-sender';`, restricted],
  ['src/api/routes', `export * from '../../activities';`, restricted],
  ['src/api/routes', `export type * from '../../config';`, restricted],
  ['src', `export * from '../sandbox/main';`, restricted],
  ['src', `export * from '../test/support/worker';`, restricted],
  ['src', `export * from '../bench/main';`, restricted],
];

const withinTheTable: readonly Case[] = [
  ['src/domain', `export * from './policy';`],
  ['src/workflows', `export { condition } from '@temporalio/workflow';`],
  ['src/workflows', `export type * from '@temporalio/common';`],
  ['src/workflows', `export * from '../domain/policy';`],
  ['src/workflows', `export type * from '../activities';`],
  ['src/activities', `export * from '../domain/policy';`],
  ['src/activities', `export * from '../sms/twilio-sender';`],
  ['src/activities', `export * from '../crypto/code';`],
  ['src/activities', `export * from '@temporalio/activity';`],
  ['src/sms', `export * from 'twilio';`],
  ['src/sms', `export * from 'undici';`],
  ['src/sms', `export * from '../domain/errors';`],
  ['src/crypto', `export * from 'node:crypto';`],
  ['src/temporal', `export * from '@temporalio/client';`],
  ['src/temporal', `export * from '../workflows/messages';`],
  ['src/temporal', `export type * from '../workflows';`],
  ['src/temporal', `export * from '../crypto/code';`],
  ['src/api', `export * from 'fastify';`],
  ['src/api', `export { METHODS } from 'node:http';`],
  ['src/api', `export * from '../domain/errors';`],
  ['src/api', `export * from '../sms/status-callback';`],
  ['src/api', `export type * from '../temporal/verifications';`],
  ['src/api/routes', `export * from '../schemas';`],
  ['src/api/routes', `export * from '../durable-functions/event-code';`],
  ['src/api/durable-functions', `export * from '../../crypto/capability';`],
  ['src/api/routes', `export * from '../../crypto/code';`],
  ['src/api/routes', `export type * from '../../temporal/verifications';`],
  ['src', `export * from '@temporalio/worker';`],
];

const habits: readonly Case[] = [
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

/** Each file sits where the project's own would, in a tree of its own: nothing is written into the project. */
async function lint(files: ReadonlyMap<string, string>): Promise<readonly Finding[]> {
  const tree = await mkdtemp(join(tmpdir(), 'rooms-'));
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
      execFile(oxlint, ['--type-aware', '--format', 'json', 'src', 'test'], { cwd: tree }, (_, stdout) =>
        done(stdout),
      );
    });
    return (JSON.parse(output) as { diagnostics: Finding[] }).diagnostics;
  } finally {
    await rm(tree, { recursive: true });
  }
}

/** Each case gets a file of its own in the folder that it names; Jest's rules look at `*.test.ts` only. */
function placed(name: string, cases: readonly Case[]) {
  return cases.map(([folder, code, rule], index) => {
    return { folder, code, rule, file: `${folder}/${name}-${String(index)}.test.ts` };
  });
}

describe('the linter', () => {
  const refused = placed('refused', [...acrossRooms, ...habits]);
  const allowed = placed('allowed', withinTheTable);
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
