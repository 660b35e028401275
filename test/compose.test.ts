import { execFileSync } from 'node:child_process';
import { randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import { tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { parse } from 'yaml';
import { apiConfig } from '../src/config/api-config';
import { environment } from '../src/config/variables';
import { workerConfig } from '../src/config/worker-config';
import { searchAttributes } from '../src/domain/search-attributes';
import { composeSpecification } from './support/compose-specification';
import { connectBareNamespace, connectDevServer, type DevServer } from './support/dev-server';
import { runTemporal } from './support/temporal-command';

const { IndexedValueType } = temporal.api.enums.v1;

/** The long form of a mount. */
interface Mount {
  readonly source: string;
  readonly target: string;
  readonly read_only: boolean;
}

interface Service {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | Mount)[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly restart?: string;
}

const project = resolve(__dirname, '..');
const read = (file: string): string => readFileSync(join(project, file), 'utf8');

const compose = read('docker-compose.yml');
const { services } = parse(compose, { merge: true }) as { services: Record<string, Service> };
const dockerfile = read('Dockerfile');
const example = read('.env.example');

const all = <T>(pick: (service: Service) => readonly T[] | undefined): T[] =>
  Object.values(services).flatMap((service) => pick(service) ?? []);
const firstGroups = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');

function messageOf(work: () => unknown): string {
  try {
    return String(work());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A service that is always restarted never completes. */
function canFulfil(condition: string, service: Service | undefined): boolean {
  if (condition === 'service_healthy') return service?.healthcheck?.test !== undefined;
  return (
    condition === 'service_completed_successfully' && service?.restart?.startsWith('on-failure') === true
  );
}

describe('docker-compose.yml', () => {
  let isCompose: ValidateFunction;

  beforeAll(async () => {
    isCompose = new Ajv2020({ strict: false, validateFormats: false }).compile(await composeSpecification());
  });

  test('is valid by the compose specification', () => {
    isCompose(parse(compose, { merge: true }));

    expect(isCompose.errors).toBeNull();
  });

  test('would be invalid with a misspelt key', () => {
    expect(isCompose({ services: { api: { image: 'phone-verification', port: ['3000:3000'] } } })).toBe(
      false,
    );
  });

  test('waits only for conditions that its services can fulfil', () => {
    const waits = all(({ depends_on: on }) => on && Object.entries(on));

    expect(waits.length).toBeGreaterThan(0);
    expect(waits.filter(([name, { condition }]) => !canFulfil(condition, services[name]))).toEqual([]);
  });

  test('publishes no port beyond this machine', () => {
    const ports = all((service) => service.ports);

    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('sets an exact version of every image', () => {
    const images = [
      ...all(({ image }) => (image === undefined ? [] : [image])),
      ...firstGroups(dockerfile, /^ARG NODE_IMAGE=(\S+)/gm),
    ];

    expect(images.length).toBeGreaterThan(0);
    expect(images.filter((image) => !/:\d+\.\d+(\.\d+)?(-[a-z]+)*$/.test(image))).toEqual([]);
  });

  test('builds targets that the Dockerfile has', () => {
    const stages = firstGroups(dockerfile, /^FROM \S+ AS (\S+)$/gm);

    expect(stages).toEqual(expect.arrayContaining(all(({ build }) => build && [build.target])));
  });

  test('mounts files that are in the repository', () => {
    const mounted = all((service) => service.volumes)
      .filter((volume) => typeof volume === 'string')
      .filter((volume) => volume.startsWith('./'));

    expect(mounted.length).toBeGreaterThan(0);
    for (const volume of mounted)
      expect(statSync(join(project, volume.split(':')[0] ?? '')).isFile()).toBe(true);
  });

  test('starts the API and the worker on all network interfaces, and requires a .env', () => {
    for (const name of ['api', 'worker']) {
      expect(services[name]?.environment).toMatchObject({
        HOST: '0.0.0.0',
        METRICS_HOST: '0.0.0.0',
        TEMPORAL_ADDRESS: 'temporal:7233',
      });
      expect(services[name]?.env_file).toEqual([{ path: '.env', required: true }]);
    }
  });

  test.each(['api', 'worker'])('mounts the file of the tenants where the %s reads it', (name) => {
    const { environment: variables, volumes } = services[name] ?? {};

    expect(volumes).toEqual([
      { type: 'bind', source: '${TENANTS_FILE:-/dev/null}', target: '/run/tenants.yaml', read_only: true },
    ]);
    // Without a file, the variable is empty: it counts as not set.
    expect(variables?.['TENANTS_FILE']).toBe('${TENANTS_FILE:+/run/tenants.yaml}');
  });

  test('disables the write actions of the Web UI', () => {
    expect(services['temporal-ui']?.environment).toMatchObject({ TEMPORAL_DISABLE_WRITE_ACTIONS: 'true' });
  });
});

describe('docker/temporal/create-namespace.sh', () => {
  const script = '. ./docker/temporal/create-namespace.sh';
  const ATTRIBUTES = Object.values(searchAttributes).map(({ name, type }) => [name, type]);
  let server: DevServer;

  beforeAll(async () => {
    server = await connectDevServer();
  });

  afterAll(() => server.close());

  const run = (namespace: string) => runTemporal(script, { namespace }, { NAMESPACE_RETENTION: '30d' });

  /** What a namespace has: its retention in days, and the search attributes that were added, with their types. */
  async function settings(namespace: string) {
    const { operatorService, workflowService } = server.client.connection;
    const { config } = await workflowService.describeNamespace({ namespace });
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const attributes = Object.entries(customAttributes)
      .map(([name, type]) => [name, IndexedValueType[type].replace('INDEXED_VALUE_TYPE_', '')])
      .toSorted(([one = ''], [other = '']) => one.localeCompare(other));
    return { days: tsToMs(config?.workflowExecutionRetentionTtl) / 86_400_000, attributes };
  }

  test('makes a namespace with 30 days and the search attributes, and changes nothing the second time', async () => {
    const namespace = `new-${randomUUID()}`;
    expect(await run(namespace)).toMatchObject({ exitCode: 0 });
    const first = await settings(namespace);
    expect(first).toEqual({ days: 30, attributes: expect.arrayContaining(ATTRIBUTES) as unknown });
    expect(first.attributes).toHaveLength(ATTRIBUTES.length);

    expect(await run(namespace)).toMatchObject({ exitCode: 0, stderr: '' });

    expect(await settings(namespace)).toEqual(first);
  });

  test('adds them to a namespace that exists, and keeps its retention', async () => {
    const bare = await connectBareNamespace();
    const { namespace } = bare.client.options;

    expect(await run(namespace)).toMatchObject({ exitCode: 0 });

    const { days, attributes } = await settings(namespace);
    expect(days).toBe(1);
    expect(attributes).toEqual(expect.arrayContaining(ATTRIBUTES));
    await bare.close();
  });
});

describe('.env.example', () => {
  const named = firstGroups(example, /^(?:# )?([A-Z][A-Z_]*)=/gm);
  const interpolated = firstGroups(compose, /\$\{([A-Z_]+)/g);

  test('has only variables that the service or docker-compose.yml reads', () => {
    const known = [...Object.keys(environment.shape), ...interpolated];

    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('has all variables that docker-compose.yml reads', () => {
    expect(named).toEqual(expect.arrayContaining(interpolated));
  });

  test('has all variables that the service requires', () => {
    const required = firstGroups(
      messageOf(() => apiConfig({})) + messageOf(() => workerConfig({})),
      /\b([A-Z]+_[A-Z_]*[A-Z])\b/g,
    );

    expect(required).toEqual(expect.arrayContaining(['SECRET_KEYS', 'API_KEYS', 'TWILIO_FROM']));
    expect(named).toEqual(expect.arrayContaining(required));
  });
});

describe('the image', () => {
  test('does not run as root', () => {
    expect(firstGroups(dockerfile, /^USER (\S+)$/gm)).toEqual(['1000', '1000']);
  });

  test('copies exactly the files that .dockerignore allows', () => {
    const copied = firstGroups(dockerfile, /^COPY (?!--from)(.+) \S+$/gm).flatMap((sources) =>
      sources.split(' '),
    );
    const letThrough = firstGroups(read('.dockerignore'), /^!(\S+)$/gm);

    expect([...new Set(copied)].toSorted()).toEqual(letThrough.toSorted());
  });

  test('has the CA certificates that Node trusts, where the worker looks for them', () => {
    const file = '/etc/ssl/certs/ca-certificates.crt';
    const command = firstGroups(dockerfile, /^ {2}&& (node -p .+)$/gm).find((line) =>
      line.endsWith(` > ${file}`),
    );

    const made = execFileSync('/bin/sh', ['-c', command?.replace(` > ${file}`, '') ?? 'exit 1'], {
      encoding: 'utf8',
    });

    const certificates = made.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
    const fingerprints = (list: readonly string[]) =>
      list.map((pem) => new X509Certificate(pem).fingerprint256);
    expect(certificates.length).toBeGreaterThan(100);
    expect(fingerprints(certificates)).toEqual(fingerprints(rootCertificates));
  });

  test('has no file that only root can read, whatever the umask of the checkout', () => {
    const stages = dockerfile.split(/^FROM /m);
    const runtime = stages.find((stage) => /^\S+ AS runtime$/m.test(stage)) ?? '';
    const build = stages.find((stage) => /^\S+ AS build$/m.test(stage)) ?? '';
    const made = firstGroups(build, / > (\S+)$/gm);
    const readable = firstGroups(build, /^RUN chmod -R a\+rX (.+)$/gm).flatMap((files) => files.split(' '));
    const fromBuild = firstGroups(runtime, /^COPY --from=build (.+) \S+$/gm).flatMap((files) =>
      files.split(' ').map((file) => file.replace('/app/', '')),
    );

    expect(firstGroups(runtime, /^COPY (?!--from)(.+)$/gm)).toEqual([]);
    expect([...made, ...readable]).toEqual(expect.arrayContaining(fromBuild));
    // The SMS sandbox runs in the build stage.
    expect(readable).toEqual(expect.arrayContaining(['package.json', 'tsconfig.json', 'sandbox']));
  });
});
