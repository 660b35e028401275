import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databasesToMeasure } from '../bench/databases';
import { parseOptions } from '../bench/options';
import { findPostgres } from '../bench/postgresql/find-postgres';
import { TEMPORAL_SERVER_VERSION } from '../bench/postgresql/go-install';
import { serverEnvironment } from '../bench/postgresql/server-environment';
import type { Figures } from '../bench/results';
import { table } from '../bench/table';

const PROJECT_DIRECTORY = path.resolve(__dirname, '..');

describe('--databases', () => {
  test.each([
    ['postgresql', ['postgresql']],
    ['sqlite,postgresql', ['sqlite', 'postgresql']],
    [' postgresql, sqlite', ['sqlite', 'postgresql']],
  ])('%p', (list, databases) => {
    expect(parseOptions(['--databases', list])).toMatchObject({ databases });
  });

  test.each(['', 'mysql', 'sqlite,', 'sqlite,mysql'])('%p is refused', (list) => {
    expect(() => parseOptions(['--databases', list])).toThrow(
      `--databases takes sqlite, postgresql or both, not "${list}"`,
    );
  });

  test('the default is SQLite, or the server at TEMPORAL_ADDRESS', () => {
    expect(databasesToMeasure(undefined, undefined)).toEqual(['sqlite']);
    expect(databasesToMeasure(undefined, '')).toEqual(['sqlite']);
    expect(databasesToMeasure(undefined, 'localhost:7233')).toEqual([undefined]);
  });

  test('it is refused if TEMPORAL_ADDRESS is set', () => {
    expect(databasesToMeasure(['postgresql'], undefined)).toEqual(['postgresql']);
    expect(() => databasesToMeasure(['postgresql'], 'localhost:7233')).toThrow('unset TEMPORAL_ADDRESS');
  });
});

describe('the executables of PostgreSQL', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'bench-databases-'));
  });
  afterEach(async () => rm(directory, { recursive: true }));

  async function install(version: string): Promise<string> {
    const bin = path.join(directory, version, 'bin');
    await mkdir(bin, { recursive: true });
    for (const name of ['initdb', 'pg_isready', 'postgres'])
      await writeFile(path.join(bin, name), '', { mode: 0o755 });
    return bin;
  }

  test("are the newest in Debian's folders", async () => {
    await install('9');
    const bin = await install('17');
    await install('15');
    expect(await findPostgres('/nowhere', directory)).toEqual({
      initdb: path.join(bin, 'initdb'),
      pgIsReady: path.join(bin, 'pg_isready'),
      postgres: path.join(bin, 'postgres'),
    });
  });

  test('are those on PATH, also if only one of them is linked there', async () => {
    await install('17');
    const bin = await install('15');
    await symlink(path.join(bin, 'initdb'), path.join(directory, 'initdb'));
    expect(await findPostgres(directory, directory)).toMatchObject({ postgres: path.join(bin, 'postgres') });
  });

  test('if there are none, the error says how to install them', async () => {
    await expect(findPostgres('/nowhere', directory)).rejects.toThrow('apt-get install postgresql');
    await expect(findPostgres('/nowhere', '/nowhere')).rejects.toThrow('apt-get install postgresql');
  });
});

test("the benchmark's Temporal server is that of docker-compose.yml", async () => {
  const compose = await readFile(path.join(PROJECT_DIRECTORY, 'docker-compose.yml'), 'utf8');
  expect(compose).toContain(`image: temporalio/server:${TEMPORAL_SERVER_VERSION}\n`);
});

test('the Temporal server listens on its own ports of the loopback interface', async () => {
  const env = await serverEnvironment({ port: 5432, user: 'temporal', password: 'secret' });
  expect(env).toMatchObject({
    POSTGRES_SEEDS: '127.0.0.1',
    DB_PORT: '5432',
    POSTGRES_USER: 'temporal',
    POSTGRES_PWD: 'secret',
    BIND_ON_IP: '127.0.0.1',
    PROMETHEUS_ENDPOINT: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
  });
  const ports = Object.keys(env).filter((name) => /_(GRPC|HTTP|MEMBERSHIP)_PORT$/.test(name));
  expect(new Set(ports.map((name) => env[name])).size).toBe(9);
  // A smallint: the server stores its ports in PostgreSQL.
  expect(Math.max(...ports.map((name) => Number(env[name])))).toBeLessThan(32_768);
  expect(await readFile(env['DYNAMIC_CONFIG_FILE_PATH'] ?? '', 'utf8')).toContain('limit.maxIDLength');
});

describe('the table', () => {
  const figures = (factor: number, cpu: Record<string, number>): Figures => ({
    throughput: 10 * factor,
    throughputAt: { 8: 10 * factor },
    cpu: factor,
    cpuAt: { 8: cpu },
    startP50: factor,
    startP99: factor,
    checkP50: factor,
    checkP99: factor,
    historyEvents: 18,
    historyBytes: 2_000,
    serverCosts: undefined,
  });
  const ratio = { throughput: 2, throughputAt: { 8: 2.5 }, cpu: 2, startP50: 2, checkP50: 2, checkP99: 2 };
  const settings = { concurrency: [8], n: 1, rate: 1, seconds: 1, apis: 1, workers: 1, tls: false };
  const report = (factor: number, cpu: Record<string, number>) => ({
    service: figures(2 * factor, cpu),
    floor: figures(factor, cpu),
    ratio,
    settings,
    machine: { cores: 2, node: 'v20', temporal: 'server' },
  });
  const sqlite = { database: 'sqlite', report: report(4, { temporal: 8 }) } as const;
  const postgresql = { database: 'postgresql', report: report(1, { temporal: 6, postgres: 2 }) } as const;
  const rows = (text: string) => text.split('\n').map((line) => line.trim().split(/ {2,}/));

  test('of one database compares the service with the floor', () => {
    expect(rows(table([sqlite]))).toEqual(
      expect.arrayContaining([
        ['service', 'floor', 'service ÷ floor'],
        ['verifications/s, 8 at once', '80', '40', '2.5'],
        ['CPU for one verification, ms, 8 at once'],
        ['temporal', '8', '8', '1'],
      ]),
    );
  });

  test('of two databases also compares the second with the first', () => {
    const text = table([sqlite, postgresql]);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    const lines = rows(text);
    expect(lines).toEqual(
      expect.arrayContaining([
        ['sqlite', 'postgresql', '÷ sqlite'],
        ['service', 'floor', 'ratio', 'service', 'floor', 'ratio', 'service', 'floor'],
        ['verifications/s, 8 at once', '80', '40', '2.5', '20', '10', '2.5', '0.25', '0.25'],
        ['temporal', '8', '8', '1', '6', '6', '1', '0.75', '0.75'],
      ]),
    );
    expect(lines.slice(-2)).toEqual([
      ['postgres', '2', '2', '1'],
      ['all', '8', '8', '1', '8', '8', '1', '1', '1'],
    ]);
  });
});
