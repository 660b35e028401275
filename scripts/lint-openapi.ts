import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT_DIRECTORY } from '../harness/project';
import { openApiDocument } from './openapi';

/** The linters complain about `localhost` as a server. */
const PUBLIC_URL = 'https://phone-verification.invalid';

/** Each linter ends with another exit code than 0 if it has a warning. None uses the network. */
const linters: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'redocly', args: ['lint', '--config', 'redocly.yaml'] },
  { name: 'spectral', args: ['lint', '--ruleset', '.spectral.yaml', '--fail-severity', 'hint', '--quiet'] },
];
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

/** What the linters print about the document, by linter; only those that have a complaint. */
export async function lintOpenApi(document: object): Promise<Record<string, string>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'openapi-'));
  try {
    const file = path.join(directory, 'openapi.json');
    await writeFile(file, JSON.stringify(document, null, 2));
    const runs = linters.map(
      async ({ name, args }) => [name, await complaint(name, [...args, file])] as const,
    );
    return Object.fromEntries(
      (await Promise.all(runs)).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** What the linter prints; undefined if it has no complaint. */
function complaint(linter: string, args: readonly string[]): Promise<string | undefined> {
  const command = path.join(PROJECT_DIRECTORY, 'node_modules/.bin', linter);
  const options = { cwd: PROJECT_DIRECTORY, env: { ...process.env, ...QUIET } };
  return new Promise((resolve) => {
    execFile(command, [...args], options, (error, stdout, stderr) =>
      resolve(error === null ? undefined : `${stdout}${stderr}${stdout === '' ? error.message : ''}`),
    );
  });
}

async function main(): Promise<void> {
  const complaints = Object.entries(await lintOpenApi(await openApiDocument(PUBLIC_URL)));
  for (const [linter, text] of complaints) process.stderr.write(`${linter}:\n${text}\n`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}

if (require.main === module) void main();
