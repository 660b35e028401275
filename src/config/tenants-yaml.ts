import { isScalar, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';

export type ParsedYaml = { readonly data: unknown } | { readonly faults: readonly string[] };

/** What the parser's codes for the usual mistakes mean. */
const MISTAKES: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: 'an * or & must be in quotes',
  BAD_DQ_ESCAPE: 'a backslash is not allowed in double quotes: use single quotes',
  BAD_INDENT: 'the indentation differs, or a bracket is not closed',
  BAD_SCALAR_START: 'a value that begins with this character must be in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value with a colon must be in quotes',
  BLOCK_IN_FLOW: 'a comma is missing',
  DUPLICATE_KEY: 'a key is there twice',
  MISSING_CHAR: 'a quote, a bracket or a colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key must be followed by a colon and a space',
  MULTIPLE_DOCS: 'only one document is allowed: remove the line ---',
  TAB_AS_INDENT: 'a tab is not allowed: indent with spaces',
  UNEXPECTED_TOKEN: 'something does not belong here: put text with special characters in quotes',
};

/** Parses TENANTS_FILE. The faults show nothing of it. */
export function parseYaml(text: string): ParsedYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const faults = [...document.errors.map(faultOf), ...keyFaults(document, lineCounter)];
  if (faults.length > 0) return { faults };
  try {
    // By default, more than 100 aliases are an attack. Here the operator has written them.
    return { data: document.toJS({ maxAliasCount: -1 }) };
  } catch {
    const fault = 'has an alias that cannot be resolved: a value that begins with * must be in quotes';
    return { faults: [fault] };
  }
}

/** Not the parser's message: it repeats the line, which may hold a secret. */
function faultOf({ code, linePos }: YAMLError): string {
  const [{ line, col } = { line: 1, col: 1 }] = linePos ?? [];
  return `is not valid YAML in line ${line}, column ${col}: ${MISTAKES[code] ?? code}`;
}

/** Keys that the schema would not see as they are in the file. */
const REFUSED_KEYS: ReadonlyMap<unknown, string> = new Map([
  // It is not a key of a JavaScript object.
  ['__proto__', 'is not a known key'],
  // YAML 1.2 has no merge keys.
  ['<<', 'is not supported: repeat the keys of the other map, or use an alias (*) for each value'],
]);

function keyFaults(document: Document, lineCounter: LineCounter): string[] {
  const faults: string[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key)) return;
      const fault = REFUSED_KEYS.get(key.value);
      if (fault === undefined) return;
      const { line, col } = lineCounter.linePos(key.range?.[0] ?? 0);
      faults.push(`${String(key.value)} ${fault}: line ${line}, column ${col}`);
    },
  });
  return faults;
}
