import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { apiConfig, apiEnvironment } from '../src/config/api-config';
import { documentation } from '../src/config/documentation';
import { environment } from '../src/config/variables';
import { workerConfig, workerEnvironment } from '../src/config/worker-config';
import { COMPLETE, processes } from './config/environments';
import {
  componentAt,
  isKustomization,
  isManifest,
  manifestFiles,
  MANIFESTS_DIRECTORY,
  parseManifest,
  patched,
  readManifest,
  variablesOf,
  type AddOperation,
  type Component,
  type Kustomization,
  type Labels,
} from './support/kubernetes-manifests';
import { kubernetesCheck, KUBERNETES_VERSIONS, type CheckManifest } from './support/kubernetes-schemas';
import { parseQuery } from './support/promql';

// The manifests are valid, and agree with each other, with the image and with the service.

const read = (file: string): string => readFileSync(path.join(__dirname, '..', file), 'utf8');
const dockerfile = read('Dockerfile');

const api = componentAt('api');
const worker = componentAt('worker');
const components = [api, worker];

const manifests = manifestFiles
  .filter((file) => !isKustomization(file))
  .map((file) => parseManifest(file))
  .filter(isManifest);

const kustomizationAt = (folder: string) => parseManifest(`${folder}/kustomization.yaml`) as Kustomization;
const example = kustomizationAt('example');
const nextWorker = kustomizationAt('example/next-worker');

const tenantsFile = parseManifest('components/tenants-file/deployment.yaml') as AddOperation[];
const withTenantsFile = components.map(({ deployment }) => patched(deployment, tenantsFile));
const withMetrics = [
  patched(api.autoscaler, parseManifest('components/custom-metrics/api-requests.yaml') as AddOperation[]),
  patched(
    worker.autoscaler,
    parseManifest('components/custom-metrics/worker-backlog.yaml') as AddOperation[],
  ),
];

const service = parseManifest('base/api/service.yaml') as {
  spec: { selector: Labels; ports: { targetPort: string }[] };
};
const podMonitor = parseManifest('components/pod-monitor/pod-monitor.yaml') as {
  spec: { selector: { matchLabels: Labels }; podMetricsEndpoints: { port: string }[] };
};

/** The components whose pods a selector selects. */
function selectedBy(selector: Labels): Component[] {
  const labels = Object.entries(selector);
  return components.filter(({ podLabels }) => labels.every(([label, value]) => podLabels[label] === value));
}

describe.each(KUBERNETES_VERSIONS)('Kubernetes %s', (version) => {
  let check: CheckManifest;

  beforeAll(async () => {
    check = await kubernetesCheck(version);
  });

  test('accepts every manifest, with and without the components', () => {
    const checked = [...manifests, ...withTenantsFile, ...withMetrics];
    // The Prometheus Operator defines it.
    const ownKinds = checked.filter(({ kind }) => kind !== 'PodMonitor');

    expect(ownKinds.length).toBeGreaterThan(10);
    for (const manifest of ownKinds) expect([manifest.kind, check(manifest)]).toEqual([manifest.kind, []]);
  });

  test('would refuse a misspelt key', () => {
    const misspelt = { ...api.deployment, spec: { ...api.deployment.spec, replica: 2 } };

    expect(check(misspelt)).toMatchObject([{ params: { additionalProperty: 'replica' } }]);
  });
});

const isSecret = (name: string): boolean =>
  documentation.get(environment.shape[name as keyof typeof environment.shape])?.isSecret === true;

describe('kustomize', () => {
  const uses = manifestFiles.filter(isKustomization).flatMap((file) => {
    const { resources = [], components: more = [], patches = [] } = parseManifest(file) as Kustomization;
    const commented = [...readManifest(file).matchAll(/^ *# ?- ([./\w-]+)$/gm)].map(([, use = '']) => use);
    const patchFiles = patches.flatMap(({ path: patchFile }) => patchFile ?? []);
    return [...resources, ...more, ...commented, ...patchFiles].map((used) =>
      path.posix.join(path.posix.dirname(file), used),
    );
  });

  test('finds every file and folder that a kustomization names', () => {
    expect(uses.filter((used) => !existsSync(path.join(MANIFESTS_DIRECTORY, used)))).toEqual([]);
  });

  test('Git ignores every file that a Secret of the example is made from', () => {
    const ignored = read('.gitignore').split('\n');
    const generator =
      /^secretGenerator:$[^]*?^$/m.exec(readManifest('example/kustomization.yaml'))?.[0] ?? '';
    const lists = [...generator.matchAll(/(?:envs|files): \[(.+)\]/g)].map(([, files = '']) => files);
    const files = lists.flatMap((list) => list.split(', ')).map((file) => file.split('=').at(-1) ?? '');

    expect(files).toEqual(['.env', 'client.pem', 'client.key', 'tenants.yaml']);
    for (const file of files) {
      const lines = [file, ...[file, `*${path.extname(file)}`].map((name) => `deploy/kubernetes/**/${name}`)];
      expect([file, ignored.filter((line) => lines.includes(line)).length]).toEqual([file, 1]);
    }
  });

  test('uses every file', () => {
    const others = ['example', 'components/custom-metrics/prometheus-adapter.yaml'];
    const units = manifestFiles.map((file) => (isKustomization(file) ? path.posix.dirname(file) : file));

    expect(units.filter((unit) => !uses.includes(unit) && !others.includes(unit))).toEqual([]);
  });
});

describe('selectors', () => {
  test.each(components)('all of the $name select its pods, and no others', (component) => {
    const { deployment, autoscaler, budget, policy } = component;
    const { topologySpreadConstraints } = deployment.spec.template.spec;
    const selectors = [
      deployment.spec.selector,
      budget.spec.selector,
      policy.spec.podSelector,
      ...topologySpreadConstraints.map(({ labelSelector }) => labelSelector),
    ];

    for (const { matchLabels } of selectors) expect(selectedBy(matchLabels)).toEqual([component]);
    expect(autoscaler.spec.scaleTargetRef.name).toBe(deployment.metadata.name);
  });

  test('the Service selects the API, and the PodMonitor both', () => {
    expect(selectedBy(service.spec.selector)).toEqual([api]);
    expect(selectedBy(podMonitor.spec.selector.matchLabels)).toEqual(components);
  });

  test('a second build of the worker has its own', () => {
    expect(nextWorker.labels).toHaveLength(1);
    for (const { pairs, includeSelectors } of nextWorker.labels ?? []) {
      expect(includeSelectors).toBe(true);
      expect(Object.keys(worker.podLabels)).toEqual(expect.arrayContaining(Object.keys(pairs)));
      expect(selectedBy(pairs)).toEqual([]);
    }
  });
});

describe('ports', () => {
  test('the containers have those on which the processes listen', () => {
    const { PORT, METRICS_PORT } = api.variables;

    expect(api.ports).toEqual({ http: Number(PORT), metrics: Number(METRICS_PORT) });
    expect(worker.ports).toEqual({ metrics: Number(worker.variables['WORKER_METRICS_PORT']) });
    expect(dockerfile).toMatch(new RegExp(`^EXPOSE ${PORT}$`, 'm'));
  });

  test.each(components)('every name of a port that is used for the $name exists', (component) => {
    const { startupProbe, livenessProbe, readinessProbe } = component.container;
    const used = [
      ...[startupProbe, livenessProbe, readinessProbe].flatMap((probe) => probe?.httpGet?.port ?? []),
      ...component.policy.spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port)),
      ...podMonitor.spec.podMetricsEndpoints.map(({ port }) => port),
      ...(component === api ? service.spec.ports.map(({ targetPort }) => targetPort) : []),
    ];

    expect(used.length).toBeGreaterThan(2);
    expect(used.filter((name) => !(name in component.ports))).toEqual([]);
  });

  test('the probes use paths that the processes have', () => {
    const { startupProbe, livenessProbe, readinessProbe } = api.container;
    const routes = read('src/api/health/routes.ts');

    for (const probe of [startupProbe, livenessProbe, readinessProbe])
      expect(routes).toContain(`app.get('${probe?.httpGet?.path}'`);
    expect(worker.container.livenessProbe.httpGet?.path).toBe('/metrics');
    expect(worker.container.startupProbe.exec?.command.join(' ')).toContain(
      `http://127.0.0.1:${worker.ports['metrics']}/metrics`,
    );
  });
});

describe('variables', () => {
  const literals = Object.fromEntries(
    (example.configMapGenerator ?? []).flatMap((map) =>
      map.literals.map((literal): [string, string] => {
        const [name = '', ...value] = literal.split('=');
        return [name, value.join('=')];
      }),
    ),
  );

  test.each(components)('the $name reads all that are set for it, and none that are empty', (component) => {
    const known = processes.find(({ process }) => process === component.name)?.variables ?? {};
    const set = Object.entries(component.variables);

    expect(set.filter(([name, value]) => (value === '') === name in known)).toEqual([]);
  });

  test('are variables of the service, also those of the example and of the components', () => {
    const names = [
      ...withTenantsFile.flatMap(({ spec }) => Object.keys(variablesOf(spec.template.spec.containers[0]))),
      ...Object.keys(literals),
      ...manifestFiles
        .filter(isKustomization)
        .flatMap((file) =>
          [...readManifest(file).matchAll(/name: ([A-Z_]+),/g)].map(([, name = '']) => name),
        ),
    ];

    expect(names).toEqual(expect.arrayContaining(['TENANTS_FILE', 'PUBLIC_URL', 'TEMPORAL_WORKER_BUILD_ID']));
    expect(names.filter((name) => !(name in environment.shape))).toEqual([]);
  });

  test.each([
    { name: 'worker', reader: worker, reads: workerEnvironment.shape, others: apiEnvironment.shape },
    { name: 'api', reader: api, reads: apiEnvironment.shape, others: workerEnvironment.shape },
  ])('the $name gets no secret that only the other process reads', ({ reader, reads, others }) => {
    const secret = Object.keys(others).filter((name) => !(name in reads) && isSecret(name));

    expect(secret.length).toBeGreaterThan(0);
    expect(secret.filter((name) => reader.variables[name] !== '')).toEqual([]);
  });

  test('API and worker start with the variables of the Secret and the ConfigMap', () => {
    const metrics = { host: '0.0.0.0', isPortSet: true };

    expect(apiConfig({ ...COMPLETE, ...literals, ...api.variables })).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      metrics,
    });
    expect(workerConfig({ ...COMPLETE, ...literals, ...worker.variables })).toMatchObject({ metrics });
  });

  test.each(components)(
    'the Secret and the ConfigMap have the names that the $name uses',
    ({ container }) => {
      expect(container.envFrom).toEqual([
        { secretRef: { name: example.secretGenerator?.[0]?.name } },
        { configMapRef: { name: example.configMapGenerator?.[0]?.name } },
      ]);
    },
  );
});

describe('the pods', () => {
  test.each(components)('$name: they run as docker-compose.yml does', ({ name, container, deployment }) => {
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
      services: Record<string, { image: string; command?: string[] }>;
    };
    const { image, command } = container;
    const { runAsUser } = deployment.spec.template.spec.securityContext;

    expect({ image, command }).toEqual({ image: services[name]?.image, command: services[name]?.command });
    expect(dockerfile).toMatch(new RegExp(`^USER ${runAsUser}$`, 'm'));
    for (const { images = [] } of [example, nextWorker])
      expect(images).toMatchObject([{ name: image.split(':')[0] }]);
  });

  test.each([
    { ...api, source: 'src/server.ts' },
    { ...worker, source: 'src/worker.ts' },
  ])('$name: they are killed only after their own time-out', ({ source, deployment, container }) => {
    const [, timeoutMs = ''] = /SHUTDOWN_TIMEOUT_MS = ([\d_]+);/.exec(read(source)) ?? [];
    const timeoutSeconds = Number(timeoutMs.replace('_', '')) / 1_000;
    const preStopSeconds = container.lifecycle?.preStop.sleep.seconds ?? 0;
    const { terminationGracePeriodSeconds } = deployment.spec.template.spec;

    expect(timeoutSeconds).toBeGreaterThan(10);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(preStopSeconds + timeoutSeconds);
  });

  test('api: they accept requests while proxies learn that they end', () => {
    expect(api.container.lifecycle?.preStop.sleep.seconds).toBeGreaterThanOrEqual(5);
  });

  test.each(components)('$name: two run, also during an upgrade', ({ deployment, autoscaler, budget }) => {
    expect(autoscaler.spec.minReplicas).toBe(2);
    expect(deployment.spec).not.toHaveProperty('replicas');
    expect(deployment.spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
    expect(budget.spec.maxUnavailable).toBe(1);
  });

  test.each(components)('$name: they keep to the restricted Pod Security Standard', (component) => {
    expect(component.deployment.spec.template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(component.container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(parseManifest('example/namespace.yaml')).toMatchObject({
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
  });

  test.each(components)('$name: they get no token and no variables of Services', ({ deployment }) => {
    const { serviceAccountName: name, ...spec } = deployment.spec.template.spec;

    expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(parseManifest('base/service-account.yaml')).toMatchObject({
      metadata: { name },
      automountServiceAccountToken: false,
    });
  });
});

describe('the metrics of the autoscalers', () => {
  interface Rule {
    readonly seriesQuery: string;
    readonly name?: { readonly matches: string; readonly as: string };
    readonly metricsQuery: string;
  }
  const { rules } = parseManifest('components/custom-metrics/prometheus-adapter.yaml') as {
    rules: Record<'custom' | 'external', Rule[]>;
  };
  const all = [...rules.custom, ...rules.external].map((rule) => {
    const series = parseQuery(rule.seriesQuery).selectors[0]?.metric ?? '';
    const offered = rule.name ? series.replace(new RegExp(rule.name.matches), rule.name.as) : series;
    return { ...rule, series, offered };
  });

  test('are those that the adapter offers', () => {
    const wanted = withMetrics.flatMap(({ spec }) =>
      spec.metrics.flatMap(({ pods, external }) => (pods ?? external)?.metric?.name ?? []),
    );

    expect(wanted).toEqual(all.map(({ offered }) => offered));
  });

  test('come from metrics of the service, with valid queries', () => {
    const documented = read('docs/production.md');

    for (const { series, metricsQuery } of all) {
      const query = metricsQuery
        .replace('<<.Series>>', series)
        .replace('<<.LabelMatchers>>', 'namespace="a"')
        .replace('<<.GroupBy>>', 'pod');
      expect(parseQuery(query).selectors).toMatchObject([{ metric: series }]);
      expect(documented).toContain(`| \`${series}\` `);
    }
  });
});
