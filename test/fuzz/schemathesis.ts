import { spawn } from 'node:child_process';
import path from 'node:path';
import { cachedPackage, pipInstall } from '../support/cached-package';

/** Generates requests that match an OpenAPI document and requests that violate it. */
const SCHEMATHESIS = 'schemathesis==4.32.5';

export interface Outcome {
  /** 0 if no check failed. */
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs schemathesis to its end, or until the signal aborts. */
export async function schemathesis(
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const directory = await installed();
  const child = spawn('python3', [path.join(directory, 'bin/schemathesis'), '--no-color', ...args], {
    cwd,
    env: { ...process.env, ...pythonPath(directory), ...tablesPath(directory), COLUMNS: '120' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', (error) => (signal.aborted ? undefined : reject(error)));
  });
  return { exitCode, output };
}

const VALIDATE = `
import json, sys
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
print(json.dumps([str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(json.load(sys.stdin))]))
`;

/** Validates a document with the JSON schema of OpenAPI 3.1. Ajv does not support that schema's dynamic references. */
export async function openApiFaults(document: object): Promise<string[]> {
  const directory = await installed();
  const child = spawn('python3', ['-c', VALIDATE], { env: { ...process.env, ...pythonPath(directory) } });
  child.stdin.end(JSON.stringify(document));
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  return JSON.parse(output) as string[];
}

const pythonPath = (directory: string) => ({ PYTHONPATH: directory, PYTHONDONTWRITEBYTECODE: '1' });

/** Hypothesis, a library of schemathesis, keeps tables there. To compute them takes about 5 s of CPU time in each run. */
const tablesPath = (directory: string) => ({
  HYPOTHESIS_STORAGE_DIRECTORY: path.join(directory, 'hypothesis-tables'),
});

/** The folder of schemathesis. It is installed once and then kept in .cache. */
function installed(): Promise<string> {
  return cachedPackage(SCHEMATHESIS, (directory) =>
    pipInstall(SCHEMATHESIS, directory, ['--constraint', path.join(__dirname, 'constraints.txt')]),
  );
}
