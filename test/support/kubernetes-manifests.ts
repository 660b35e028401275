import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { parse } from 'yaml';

export const MANIFESTS_DIRECTORY = resolve(__dirname, '../../deploy/kubernetes');

export type Labels = Readonly<Record<string, string>>;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly exec?: { readonly command: readonly string[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom: readonly object[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe?: Probe;
  readonly securityContext: object;
}

export interface Deployment extends Manifest {
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly strategy: object;
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly securityContext: { readonly runAsUser: number };
        readonly terminationGracePeriodSeconds: number;
        readonly topologySpreadConstraints: readonly { readonly labelSelector: { matchLabels: Labels } }[];
        readonly containers: readonly [Container];
        readonly volumes?: readonly object[];
      };
    };
  };
}

export interface Autoscaler extends Manifest {
  readonly spec: {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicas: number;
    readonly metrics: readonly Record<string, { readonly metric?: { readonly name: string } }>[];
  };
}

interface DisruptionBudget extends Manifest {
  readonly spec: { readonly maxUnavailable: number; readonly selector: { readonly matchLabels: Labels } };
}

interface NetworkPolicy extends Manifest {
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Labels };
    readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[];
  };
}

/** The API or the worker. */
export interface Component {
  readonly name: 'api' | 'worker';
  readonly deployment: Deployment;
  readonly podLabels: Labels;
  readonly container: Container;
  /** The variables that the deployment sets itself. */
  readonly variables: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly autoscaler: Autoscaler;
  readonly budget: DisruptionBudget;
  readonly policy: NetworkPolicy;
}

/** Adds a value to an object or, with a path that ends with `-`, to a list. */
export interface AddOperation {
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

interface Patch {
  readonly path?: string;
  readonly patch?: string;
}

export interface Kustomization {
  readonly kind: 'Kustomization' | 'Component';
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly Patch[];
  readonly images?: readonly { readonly name: string }[];
  readonly labels?: readonly { readonly pairs: Labels; readonly includeSelectors: boolean }[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly literals: readonly string[] }[];
  readonly secretGenerator?: readonly { readonly name: string; readonly envs: readonly string[] }[];
}

/** The paths of all YAML files, relative to the directory of the manifests. Operators may add other folders. */
export const manifestFiles: readonly string[] = ['base', 'components', 'example'].flatMap((folder) =>
  readdirSync(join(MANIFESTS_DIRECTORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `${folder}/${file.replaceAll(sep, '/')}`),
);

export const readManifest = (file: string): string => readFileSync(join(MANIFESTS_DIRECTORY, file), 'utf8');

/** The content of a file. Merge keys (`<<`) are resolved, as kustomize does. */
export const parseManifest = (file: string): unknown => parse(readManifest(file), { merge: true });

export const isKustomization = (file: string): boolean => basename(file) === 'kustomization.yaml';

export function isManifest(content: unknown): content is Manifest {
  return typeof content === 'object' && content !== null && 'kind' in content;
}

/** A copy of a manifest with the changes of a JSON patch that only adds values. */
export function patched<T extends Manifest>(manifest: T, operations: readonly AddOperation[]): T {
  const copy = structuredClone(manifest);
  for (const { path, value } of operations) {
    const [, ...steps] = path.split('/');
    const last = steps.pop() ?? '';
    const parent = steps.reduce<unknown>((at, step) => Reflect.get(Object(at), step), copy);
    if (Array.isArray(parent) && last === '-') parent.push(value);
    else Reflect.set(Object(parent), last, value);
  }
  return copy;
}

export function componentAt(name: Component['name']): Component {
  const parseFile = (file: string) => parseManifest(`base/${name}/${file}.yaml`);
  const deployment = parseFile('deployment') as Deployment;
  const { metadata, spec } = deployment.spec.template;
  const [container] = spec.containers;
  return {
    name,
    deployment,
    podLabels: metadata.labels,
    container,
    variables: variablesOf(container),
    ports: Object.fromEntries(container.ports.map(({ name: port, containerPort }) => [port, containerPort])),
    autoscaler: parseFile('autoscaler') as Autoscaler,
    budget: parseFile('disruption-budget') as DisruptionBudget,
    policy: parseFile('network-policy') as NetworkPolicy,
  };
}

export function variablesOf({ env }: Pick<Container, 'env'>): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
