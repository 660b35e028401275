import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { curlLines } from '../dev/banner';
import { defaultBannerFacts } from './support/banner-facts';
import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_FROM } from '../sandbox/account';
import { environment } from '../sandbox/config';
import { carrierErrorCodes } from '../sandbox/messages/carrier-errors';
import { TwilioError } from '../sandbox/twilio/error';
import { magicRecipients, magicSenders } from '../sandbox/twilio/magic-numbers';
import { faults } from './chaos/plan';
import { tables } from './chaos/table';

const project = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(project, file), 'utf8');

const docsPages = readdirSync(path.join(project, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);

const testPages = readdirSync(path.join(project, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'README.md')
  .map((file) => `test/${file.replaceAll(path.sep, '/')}`);

const pages = ['README.md', 'CONTRIBUTING.md', ...docsPages, ...testPages];

/** The lines that `npm run dev` prints to paste. Each of them must stay one line. */
const devLines: readonly string[] = curlLines(defaultBannerFacts);

const MAX_README_LINES = 150;
/** The README is read in a terminal as well. */
const MAX_README_LINE_LENGTH = 100;
const MAX_LINE_LENGTH = 120;
const MAX_CELL_LENGTH = 60;

const CODE_BLOCK = /^[ ]*```[\s\S]*?^[ ]*```.*$/gm;

/** A page without its code blocks. */
function prose(page: string): string {
  return read(page).replaceAll(CODE_BLOCK, '');
}

function codeLines(page: string): string[] {
  return (read(page).match(CODE_BLOCK) ?? []).flatMap((block) => block.split('\n'));
}

const isTableRow = (line: string) => line.startsWith('|');
/** A line of an HTTP message or a JSON body, as it was sent: it can't be broken. */
const isHttpLine = (line: string) => /^(?:\{"|[a-z-]+: |(?:GET|POST) \/)/.test(line);
/** A picture or a link that is alone on its line, or alone in a list entry. */
const isLinkOnly = (line: string) => /^\s*(?:[-*] |\d+\. )?!?\[[^\]]*\]\([^)\s]+\)[.,:;]?$/.test(line);

function tableCells(page: string): string[] {
  return prose(page)
    .split('\n')
    .filter((line) => isTableRow(line) && !/^[|\s:-]+$/.test(line))
    .flatMap(cellsOf);
}

function cellsOf(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** A cell with the text of its links, but without their targets. */
const withoutTargets = (cell: string) => cell.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');

/** The anchors of a page's headings, as GitHub names them. */
function anchors(page: string): Set<string> {
  const seen = new Map<string, number>();
  const names = [...prose(page).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const name = withoutTargets(heading)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}-${count}`;
  });
  return new Set(names);
}

/** The targets of a page's links and pictures, without external ones. */
function relativeLinks(page: string): string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target);
  if (!existsSync(path.join(project, file))) return false;
  return anchor === undefined || anchors(file).has(anchor);
}

/** The text between the title and the next empty line or heading. */
function firstParagraph(page: string): string {
  const [, paragraph = ''] = /^# .+\n+((?:(?!#|\n).+\n?)+)/.exec(read(page)) ?? [];
  return paragraph.replaceAll('\n', ' ');
}

describe.each(pages)('%s', (page) => {
  test('every link leads to a file, and every anchor to a heading', () => {
    expect(relativeLinks(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  test('its lines are short enough for an editor', () => {
    const maxLength = page === 'README.md' ? MAX_README_LINE_LENGTH : MAX_LINE_LENGTH;
    const lines = [
      ...prose(page)
        .split('\n')
        .filter((line) => !isLinkOnly(line)),
      ...codeLines(page).filter((line) => !isHttpLine(line) && !devLines.includes(line)),
    ];

    expect(lines.filter((line) => line.length > maxLength)).toEqual([]);
  });

  test('its table cells are short', () => {
    expect(tableCells(page).filter((cell) => withoutTargets(cell).length > MAX_CELL_LENGTH)).toEqual([]);
  });

  test('does not call a module a room', () => {
    expect(prose(page).match(/\brooms?\b/gi) ?? []).toEqual([]);
  });
});

test.each([...docsPages, 'CONTRIBUTING.md', ...testPages])(
  'the first paragraph of %s names its readers',
  (page) => {
    expect(firstParagraph(page)).toContain('This page is for ');
  },
);

test('the pages have links to check', () => {
  expect(pages.flatMap(relativeLinks).length).toBeGreaterThan(50);
});

describe('README.md', () => {
  test(`has at most ${MAX_README_LINES} lines`, () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_README_LINES);
  });

  test('has the three commands that npm run dev prints', () => {
    expect(read('README.md')).toContain(devLines.join('\n'));
  });
});

test('docs/README.md lists every page of docs', () => {
  const listed = relativeLinks('docs/README.md').map((link) => `docs/${link}`);

  expect(docsPages.filter((page) => page !== 'docs/README.md' && !listed.includes(page))).toEqual([]);
});

describe('docs/reliability.md', () => {
  test('has the tables that the chaos test prints', () => {
    const nothing = { one: 0, none: 0, more: 0 };
    const printed = tables({
      rows: faults.map((fault) => ({
        fault,
        verifications: 0,
        messages: nothing,
        twoCodes: 0,
        outcomes: { verified: 0, undeliverable: 0, lost: 0 },
        slowestRecoveryMs: 0,
      })),
    });
    const headAndFaults = (text: string) =>
      text
        .split('\n')
        .filter(isTableRow)
        .map((row) => (row.startsWith('| fault ') ? cellsOf(row).join() : cellsOf(row)[0]))
        .filter((cell) => cell !== undefined && !/^-+$/.test(cell));
    const section = read('docs/reliability.md').split('## The chaos test')[1] ?? '';

    expect(headAndFaults(section)).toEqual(headAndFaults(printed));
  });
});

describe('docs/alerts.yaml', () => {
  const alerts = read('docs/alerts.yaml');

  interface Rule {
    readonly record?: string;
    readonly alert?: string;
    readonly expr: string;
    readonly labels?: { readonly severity: string };
    readonly annotations?: Readonly<Record<string, string>>;
  }

  const { groups } = parse(alerts) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  test.each(rules.filter(({ alert }) => alert !== undefined))(
    '$alert says what happened, how urgent it is, and where to read what to do',
    ({ alert = '', labels, annotations = {} }) => {
      const { summary = '', description = '', runbook = '' } = annotations;

      expect([summary, description].filter((text) => text.length < 20)).toEqual([]);
      expect(['page', 'ticket']).toContain(labels?.severity);
      expect(runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(leadsSomewhere('README.md', runbook)).toBe(true);
    },
  );

  test('has all alerts that docs/operations.md explains', () => {
    const explained = [...anchors('docs/operations.md')].filter((name) =>
      name.startsWith('phoneverification'),
    );
    const names = rules.flatMap(({ alert }) => alert?.toLowerCase() ?? []);

    expect(explained.toSorted()).toEqual(names.toSorted());
  });

  // test/e2e/metrics.test.ts compares the other series with the metrics of the processes.
  test('records all series that its alerts compare', () => {
    const recorded = rules.flatMap(({ record }) => record ?? []);
    const compared = rules.flatMap(({ expr }) => expr.match(/\bcountry:\w+:\w+/g) ?? []);

    expect(compared.length).toBeGreaterThan(0);
    expect(compared.filter((name) => !recorded.includes(name))).toEqual([]);
  });
});

// test/e2e/metrics.test.ts looks for what its queries ask for.
describe('docs/grafana/dashboard.json', () => {
  interface Panel {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly {
      readonly datasource: { readonly uid: string };
      readonly expr: string;
      readonly instant?: boolean;
    }[];
  }
  const { panels } = JSON.parse(read('docs/grafana/dashboard.json')) as { panels: Panel[] };
  const charts = panels.filter(({ type }) => type !== 'row');

  test('has panels with their own id and place', () => {
    const places = panels.map(({ gridPos: { x, y } }) => `${x}/${y}`);

    expect(charts.length).toBeGreaterThan(20);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(places).size).toBe(panels.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });

  test('says what each panel shows, and asks only the data source that the user chooses', () => {
    const sources = charts.flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource.uid));

    expect(charts.filter(({ description = '' }) => description === '')).toEqual([]);
    expect(new Set(sources)).toEqual(new Set(['${datasource}']));
  });

  test('shows one number only if it is of this moment, not the last one before an outage', () => {
    const numbers = charts.filter(({ type }) => type === 'stat');

    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers.filter(({ targets = [] }) => targets.some(({ instant }) => instant !== true))).toEqual([]);
  });

  test('does not divide by zero when nobody uses the service', () => {
    const quotients = charts.flatMap(({ targets = [] }) =>
      targets.map(({ expr }) => expr).filter((expr) => expr.includes(' / ')),
    );

    expect(quotients.length).toBeGreaterThan(2);
    expect(quotients.filter((expr) => !expr.endsWith(' > 0)'))).toEqual([]);
  });
});

describe('docs/sms-sandbox.md', () => {
  const page = read('docs/sms-sandbox.md');
  /** The first cells of each row of the table after the line that begins with `start`. */
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
  ])('%s: the table has the numbers and errors of the code', (start, numbers) => {
    const wanted = [...numbers].map(([number, code]) => [
      number,
      `${code}`,
      `${new TwilioError(code).status}`,
    ]);

    expect(rowsAfter(start, 3)).toEqual(wanted);
  });

  test('the table has the carrier errors of the code', () => {
    const wanted = carrierErrorCodes.map((code) => [String(code)]);

    expect(rowsAfter('### Failures of the carrier', 1)).toEqual(wanted);
  });

  test('the table has the variables of the code, with their defaults', () => {
    const defaults = environment.parse({ TWILIO_ACCOUNT_SID: SANDBOX_ACCOUNT_SID });
    const rows = rowsAfter('## Variables', 2);
    const numbers = Object.entries(defaults).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, String(value)]] : [],
    );

    expect(new Set(rows.map(([name]) => name))).toEqual(new Set(Object.keys(environment.shape)));
    expect(rows).toEqual(expect.arrayContaining([...numbers, ['HOST', defaults.HOST]]));
  });

  test('the page has the account and the sender of npm run dev', () => {
    for (const value of [SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_FROM])
      expect(page).toContain(value);
  });
});
