/** What a round leaves to chance. */
interface Chance {
  readonly seed: number;
  /** The maximum number of examples for each operation. */
  readonly examples: number;
}

/** Checks that are off because they would report intended behaviour. All others are on. */
const notChecked = {
  positive_data_acceptance: 'the schemas do not define which numbers are accepted and the length of a code',
  use_after_free: 'a canceled verification can still be read',
  ensure_resource_availability: 'a verification that was started can end at any time',
};

/**
 * The configuration of schemathesis in TOML, with the tables of one surface. Strings and arrays in JSON are also valid
 * TOML.
 */
export function fuzzConfig({ seed, examples }: Chance, surfaceTables: readonly string[]): string {
  const lines = [
    `seed = ${seed}`,
    'continue-on-failure = true',
    'request-timeout = 30',
    '[generation]',
    `max-examples = ${examples}`,
    'no-shrink = true',
    '# a check sends each request again without credentials and with wrong ones',
    'with-security-parameters = false',
    'database = ":memory:"',
    '[phases.coverage]',
    '# one is enough: method-not-allowed.test.ts sends all of them',
    'unexpected-methods = ["PATCH"]',
    ...Object.entries(notChecked).flatMap(([check, reason]) => [
      `# ${reason}`,
      `[checks.${check}]`,
      'enabled = false',
    ]),
    ...surfaceTables,
  ];
  return `${lines.join('\n')}\n`;
}

/** A dictionary: values that requests use besides random ones. */
export function dictionary(name: string, values: readonly string[]): string {
  return `${name} = { values = ${JSON.stringify(values)} }`;
}
