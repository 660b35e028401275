import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_FROM } from '../sandbox/account';
import { environment } from '../sandbox/config';
import { CarrierErrorCode } from '../sandbox/texts/text';
import { TwilioError } from '../sandbox/twilio/error';
import { magicRecipients, magicSenders } from '../sandbox/twilio/magic-numbers';

const project = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(project, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** docs/configuration.md is generated from the code, so that it may not be there yet. */
const isGenerated = (page: string, target: string) =>
  path.posix.join(path.posix.dirname(page), target) === 'docs/configuration.md';

/** Where the links and pictures of a page lead, those out of the project and into the page itself left out. */
function relativeLinks(page: string): string[] {
  const prose = read(page).replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

test.each(pages)('every link of %s leads to a file', (page) => {
  const broken = relativeLinks(page).filter(
    (target) => !existsSync(path.join(project, path.dirname(page), target)) && !isGenerated(page, target),
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

describe('docs/sms-sandbox.md', () => {
  const page = read('docs/sms-sandbox.md');
  /** The first cells of the rows between a line that starts so and the next paragraph. */
  const rowsAfter = (start: string, cells: number): string[][] => {
    const [table = ''] = /^\|[\s\S]*?(?=\n\n)/m.exec(page.slice(page.indexOf(`\n${start}`))) ?? [];
    const rows = table.split('\n').slice(2);
    return rows.map((row) =>
      row
        .split('|')
        .slice(1, 1 + cells)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  };

  test.each([
    ['As the recipient', magicRecipients],
    ['As the sender', magicSenders],
  ])('%s: the numbers and their errors are those of the code', (start, numbers) => {
    const wanted = [...numbers].map(([number, code]) => [
      number,
      `${code}`,
      `${new TwilioError(code).status}`,
    ]);

    expect(rowsAfter(start, 3)).toEqual(wanted);
  });

  test("the carrier's errors are those of the code", () => {
    const wanted = CarrierErrorCode.anyOf.map(({ const: code }) => [String(code)]);

    expect(rowsAfter('### Failures of the carrier', 1)).toEqual(wanted);
  });

  test('the variables are those of the code, with their defaults', () => {
    const defaults = environment.parse({ TWILIO_ACCOUNT_SID: SANDBOX_ACCOUNT_SID });
    const rows = rowsAfter('## Variables', 2);
    const numbers = Object.entries(defaults).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, String(value)]] : [],
    );

    expect(new Set(rows.map(([name]) => name))).toEqual(new Set(Object.keys(environment.shape)));
    expect(rows).toEqual(expect.arrayContaining([...numbers, ['HOST', defaults.HOST]]));
  });

  test('the account and the sender are those of npm run dev', () => {
    for (const value of [SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_FROM])
      expect(page).toContain(value);
  });
});
