import { readFileSync } from 'node:fs';
import { CONFIGURATION_PAGE, configurationPage } from '../../scripts/configuration-page';
import { scripts } from '../../package.json';
import { variableGroups } from '../../src/config/variables';

const COMMAND = 'docs:configuration';

test('docs/configuration.md is up to date', () => {
  const page = readFileSync(CONFIGURATION_PAGE, 'utf8');

  if (page !== configurationPage())
    throw new Error(`docs/configuration.md is out of date. Run npm run ${COMMAND}`);
  expect(scripts[COMMAND]).toContain('scripts/configuration-page.ts');
});

test('every variable has its own section', () => {
  const sections = [...configurationPage().matchAll(/^### `(.*)`$/gm)].map(([, name]) => name);

  expect(sections).toEqual(variableGroups.flatMap(({ variables }) => Object.keys(variables)));
  expect(new Set(sections).size).toBe(sections.length);
});

test('the page has no long lines and no data of the machine that generated it', () => {
  const page = configurationPage();

  expect(page.split('\n').filter((line) => line.length > 120)).toEqual([]);
  expect(page).not.toContain(process.cwd());
});
