import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** A Python package that contains the schema. None of its code runs. */
const PYTHON_PACKAGE = 'check-jsonschema==0.39.0';
const SCHEMA_FILE = 'check_jsonschema/builtin_schemas/vendor/compose-spec.json';

/** The JSON schema of the compose specification. It is fetched once and then kept in .cache. */
export async function composeSpecification(): Promise<object> {
  const directory = resolve(__dirname, '../../.cache', PYTHON_PACKAGE);
  if (!existsSync(directory)) await install(directory);
  return JSON.parse(await readFile(join(directory, SCHEMA_FILE), 'utf8')) as object;
}

async function install(directory: string): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  const unfinished = await mkdtemp(`${directory}-`);
  const options = ['--quiet', '--no-input', '--no-deps', '--ignore-requires-python', '--target', unfinished];
  await promisify(execFile)('python3', ['-m', 'pip', 'install', ...options, PYTHON_PACKAGE]);
  await rename(unfinished, directory);
}
