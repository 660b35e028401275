const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');
const { z } = require('zod');
const { name } = require('../package.json');

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

/**
 * `npm run sbom`: lists the packages of production from the lockfile, in CycloneDX format. npm's `--omit dev` also
 * omits packages that production shares with development. So this script omits those that only development needs.
 */
async function main() {
  const command = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  const { stdout } = await promisify(execFile)('npm', command, { cwd: ROOT, maxBuffer: MAX_BYTES });
  const bom = Bom.parse(JSON.parse(stdout));

  const root = bom.metadata.component;
  const components = bom.components.filter(
    ({ properties }) => !properties.some((property) => property.name === DEVELOPMENT),
  );
  const refs = new Set([root['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((to) => refs.has(to)) }));

  // npm uses the folder's name.
  const metadata = { ...bom.metadata, component: { ...root, name } };
  process.stdout.write(`${JSON.stringify({ ...bom, metadata, components, dependencies }, null, 2)}\n`);
}

void main();
