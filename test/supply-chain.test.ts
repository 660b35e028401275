import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { requiredEnv } from './support/required-env';

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly engines?: { readonly node?: string };
}

const project = path.resolve(__dirname, '..');
const read = (file: string): string => readFileSync(path.join(project, file), 'utf8');

const lockfile = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
/** The first entry is the project itself. */
const packages = Object.entries(lockfile.packages).filter(([location]) => location !== '');
const byText = (one: string, other: string) => one.localeCompare(other);
const namesOf = (found: [location: string, locked: Locked][]) =>
  [...new Set(found.map(([location]) => location.split('node_modules/').at(-1) ?? ''))].toSorted(byText);

test('the lockfile has a SHA-512 hash of every package', () => {
  expect(packages.length).toBeGreaterThan(100);
  expect(namesOf(packages.filter(([, { integrity }]) => !/^sha512-\S{88}$/.test(integrity ?? '')))).toEqual(
    [],
  );
});

test('every package comes from the registry, and none from a URL, a repository or a folder', () => {
  expect(read('.npmrc')).toMatch(/^omit-lockfile-registry-resolved=true$/m);
  expect(
    namesOf(packages.filter(([, { resolved, link }]) => resolved !== undefined || link === true)),
  ).toEqual([]);
});

/** These packages were reviewed: they work without their install script, or what needs the script is not used. */
test('no install scripts run, and only these packages have one', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  expect(namesOf(packages.filter(([, { hasInstallScript }]) => hasInstallScript === true))).toEqual([
    '@parcel/watcher',
    // It would send what is installed to its maker, and has no other purpose. scarfSettings turns it off as well.
    '@scarf/scarf',
    '@swc/core',
    'esbuild',
    'protobufjs',
    'unrs-resolver',
  ]);
});

/**
 * `npm ci` would warn otherwise. So package.json overrides light-my-request: its newer versions need Node 22, through
 * the package cookie.
 */
test('every package supports Node 20', () => {
  const majors = (range: string) => range.split('||').map((part) => Number(/\d+/.exec(part)?.[0] ?? 0));
  const tooNew = packages.filter(([, { engines }]) => Math.min(...majors(engines?.node ?? '')) > 20);

  expect(namesOf(tooNew)).toEqual([]);
});

test('the image is built with the same .npmrc and contains its bill of materials', () => {
  const dockerfile = read('Dockerfile');
  const installing = dockerfile.split(/^FROM /m).filter((stage) => stage.includes('RUN npm ci'));

  expect(installing).toHaveLength(2);
  for (const stage of installing) expect(stage).toMatch(/^COPY .*\.npmrc \.\/\nRUN npm ci/m);
  expect(dockerfile).toMatch(/^RUN .*npm run --silent sbom > sbom\.cdx\.json$/m);
  expect(dockerfile).toMatch(/^COPY --from=build .*\/app\/sbom\.cdx\.json \.\/$/m);
});

test('npm run sbom lists exactly the packages of production', async () => {
  const run = promisify(execFile)('npm', ['run', '--silent', 'sbom'], { cwd: project, maxBuffer: 2 ** 26 });
  const sbom = JSON.parse((await run).stdout) as { bomFormat: string; components: { purl: string }[] };
  const listed = sbom.components.map(({ purl }) => purl);
  const wanted = packages
    .filter(([, { dev }]) => dev !== true)
    .map(([location, { version }]) => {
      const name = location.split('node_modules/').at(-1) ?? '';
      return `pkg:npm/${name.replace('@', '%40')}@${version}`;
    });

  expect(sbom.bomFormat).toBe('CycloneDX');
  expect(wanted.length).toBeGreaterThan(100);
  expect(listed.toSorted(byText)).toEqual([...new Set(wanted)].toSorted(byText));
});

test('npm run sbom lists a package once, also if npm lists it once for each folder that it is in', async () => {
  const folder = mkdtempSync(path.join(requiredEnv('TEST_DIRECTORY'), 'npm-'));
  const root = { 'bom-ref': 'phone-verification@0.1.0', name: 'phone-verification' };
  const component = { 'bom-ref': 'ms@2.1.3', properties: [{ name: 'cdx:npm:package:path' }] };
  const printed = {
    metadata: { component: root },
    components: [component, component],
    dependencies: [
      { ref: root['bom-ref'], dependsOn: ['ms@2.1.3'] },
      { ref: 'ms@2.1.3', dependsOn: [] },
      { ref: 'ms@2.1.3', dependsOn: [] },
    ],
  };
  writeFileSync(path.join(folder, 'npm'), `#!/bin/sh\ncat <<'END'\n${JSON.stringify(printed)}\nEND\n`);
  chmodSync(path.join(folder, 'npm'), 0o755);

  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/sbom.js'], {
    cwd: project,
    env: { ...process.env, PATH: `${folder}${path.delimiter}${process.env['PATH']}` },
  });

  expect(JSON.parse(stdout)).toMatchObject({
    components: [{ 'bom-ref': 'ms@2.1.3' }],
    dependencies: [{ ref: root['bom-ref'] }, { ref: 'ms@2.1.3' }],
  });
});
