import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const project = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(project, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** Where the links and pictures of a page lead, those out of the project and into the page itself left out. */
function relativeLinks(page: string): string[] {
  const prose = read(page).replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

test.each(pages)('every link of %s leads to a file', (page) => {
  const broken = relativeLinks(page).filter(
    (target) => !existsSync(path.join(project, path.dirname(page), target)),
  );

  expect(broken).toEqual([]);
});

test('there are links to look at', () => {
  expect(pages.flatMap(relativeLinks).length).toBeGreaterThan(50);
});

describe('docs/alerts.yaml', () => {
  const alerts = read('docs/alerts.yaml');

  test('asks only for metrics that the service has', () => {
    const source = readdirSync(path.join(project, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(`src/${file}`))
      .join('\n');
    const asked = [...alerts.matchAll(/(?<![\w:])phone_verification_\w+/g)].map(([metric]) => metric);

    expect(asked.length).toBeGreaterThan(0);
    // The exporter may be what adds the suffix.
    expect(asked.filter((metric) => !source.includes(metric.replace(/_total$/, '')))).toEqual([]);
  });

  test('records what its alerts compare', () => {
    const { groups } = parse(alerts) as { groups: { rules: { record?: string; expr: string }[] }[] };
    const rules = groups.flatMap((group) => group.rules);
    const recorded = rules.flatMap(({ record }) => record ?? []);
    const compared = rules.flatMap(({ expr }) => expr.match(/\bcountry:\w+:\w+/g) ?? []);

    expect(compared.length).toBeGreaterThan(0);
    expect(compared.filter((name) => !recorded.includes(name))).toEqual([]);
  });
});
