const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');
const { z } = require('zod');
const { name } = require('../package.json');
const { packages } = require('../package-lock.json');

const ROOT = path.resolve(__dirname, '..');
const MAX_BYTES = 2 ** 26;
const DEVELOPMENT = 'cdx:npm:package:development';

const Component = z.looseObject({
  'bom-ref': z.string(),
  properties: z.array(z.object({ name: z.string() })).default([]),
});
const Bom = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ name: z.string(), 'bom-ref': z.string() }) }),
  components: z.array(Component),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

const Locked = z.object({ version: z.string(), dev: z.boolean().default(false) });

/**
 * `npm run sbom`: lists the packages of production from the lockfile, in CycloneDX format. npm's `--omit dev` also
 * omits packages that production shares with development. So this script omits those that only development needs. npm
 * marks a package that is in several folders as one of them is marked. So the lockfile decides.
 */
async function main() {
  const command = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  const { stdout } = await promisify(execFile)('npm', command, { cwd: ROOT, maxBuffer: MAX_BYTES });
  const bom = Bom.parse(JSON.parse(stdout));

  const root = bom.metadata.component;
  const production = inProduction();
  const components = onePerReference(bom.components, (component) => component['bom-ref'])
    .filter((component) => production.has(component['bom-ref']))
    .map((component) => ({
      ...component,
      properties: component.properties.filter((property) => property.name !== DEVELOPMENT),
    }));
  const refs = new Set([root['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = onePerReference(bom.dependencies, ({ ref }) => ref)
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((to) => refs.has(to)) }));

  // npm uses the folder's name.
  const metadata = { ...bom.metadata, component: { ...root, name } };
  process.stdout.write(`${JSON.stringify({ ...bom, metadata, components, dependencies }, null, 2)}\n`);
}

/**
 * npm 10, which comes with Node 20 and 22, lists a package once for each folder that it is in. CycloneDX does not allow
 * this.
 * @template T
 * @param {T[]} entries
 * @param {(entry: T) => string} referenceOf
 */
function onePerReference(entries, referenceOf) {
  return [...new Map(entries.map((entry) => [referenceOf(entry), entry])).values()];
}

/** The packages that production needs, as `name@version`. */
function inProduction() {
  const dependencies = Object.entries(packages).filter(([location]) => location !== '');
  return new Set(
    dependencies.flatMap(([location, entry]) => {
      const { version, dev } = Locked.parse(entry);
      return dev ? [] : [`${location.split('node_modules/').at(-1)}@${version}`];
    }),
  );
}

void main();
