import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPackage, pipInstall } from './cached-package';

/** A Python package that contains the schema. None of its code runs. */
const PYTHON_PACKAGE = 'check-jsonschema==0.39.0';
const SCHEMA_FILE = 'check_jsonschema/builtin_schemas/vendor/compose-spec.json';

/** The JSON schema of the compose specification. It is fetched once and then kept in .cache. */
export async function composeSpecification(): Promise<object> {
  const directory = await cachedPackage(PYTHON_PACKAGE, (unfinished) =>
    pipInstall(PYTHON_PACKAGE, unfinished, ['--no-deps', '--ignore-requires-python']),
  );
  return JSON.parse(await readFile(join(directory, SCHEMA_FILE), 'utf8')) as object;
}
