import { parser } from '@prometheus-io/lezer-promql';
import type { Sample } from './scrape';

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** What a query asks for: `metric{matchers}`. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Query {
  readonly selectors: readonly Selector[];
  /** The labels in `by`, `without`, `on` and `ignoring`. */
  readonly groupingLabels: readonly string[];
}

/** @throws Error if the query is no PromQL */
export function parseQuery(text: string): Query {
  const selectors: { metric: string; matchers: Matcher[] }[] = [];
  const groupingLabels: string[] = [];
  const textOf = ({ from, to }: { from: number; to: number }) => text.slice(from, to);

  parser.parse(text).iterate({
    enter({ node, type }) {
      if (type.isError) throw new Error(`Not PromQL at ${node.from}: ${text}`);
      if (type.name === 'VectorSelector') {
        const identifier = node.getChild('Identifier');
        selectors.push({ metric: identifier ? textOf(identifier) : '', matchers: [] });
      }
      if (type.name === 'UnquotedLabelMatcher') {
        const [label = '', operator = '', value = ''] = ['LabelName', 'MatchOp', 'StringLiteral'].map(
          (child) => {
            const found = node.getChild(child);
            return found ? textOf(found) : '';
          },
        );
        selectors.at(-1)?.matchers.push({ label, operator, value: value.slice(1, -1) });
      }
      if (type.name === 'LabelName' && node.parent?.name === 'GroupingLabels')
        groupingLabels.push(textOf(node));
    },
  });
  return { selectors, groupingLabels };
}

/** Whether Prometheus would find the sample. Its regular expressions match the whole value. */
export function isSelected({ metric, matchers }: Selector, sample: Sample): boolean {
  return sample.name === metric && matchers.every((matcher) => matches(matcher, sample));
}

function matches({ label, operator, value }: Matcher, { labels }: Sample): boolean {
  const actual = labels[label] ?? '';
  const isMatch = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
  return operator.startsWith('!') ? !isMatch : isMatch;
}
