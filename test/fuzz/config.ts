/** The configuration of schemathesis in TOML. Strings and arrays in JSON are also valid TOML. */
export interface FuzzConfig {
  readonly apiKey: string;
  readonly codecToken: string;
  /** Open verifications for requests that do not end them. */
  readonly openIds: readonly string[];
  /** Open verifications for requests that end them. */
  readonly idsToEnd: readonly string[];
  readonly phoneNumbers: readonly string[];
  readonly seed: number;
  readonly examples: number;
}

/** Checks that are off because they would report intended behaviour. All others are on. */
const notChecked = {
  positive_data_acceptance: 'the schemas do not define which numbers are accepted and the length of a code',
  use_after_free: 'a canceled verification can still be read',
  ensure_resource_availability: 'a verification that was started can end at any time',
};

export function fuzzConfig(config: FuzzConfig): string {
  const { apiKey, codecToken, openIds, idsToEnd, phoneNumbers, seed, examples } = config;
  const json = (value: unknown) => JSON.stringify(value);
  const lines = [
    `seed = ${seed}`,
    'continue-on-failure = true',
    'request-timeout = 30',
    '[auth.openapi]',
    `apiKey = { bearer = ${json(apiKey)} }`,
    `functionsKey = { api_key = ${json(apiKey)} }`,
    `functionsCode = { api_key = ${json(apiKey)} }`,
    `codecToken = { bearer = ${json(codecToken)} }`,
    `deliveryReportSignature = { api_key = "bm90IHNpZ25lZA==" }`,
    '[dictionaries]',
    `open-ids = { values = ${json(openIds)} }`,
    `ids-to-end = { values = ${json(idsToEnd)} }`,
    `orchestrators = { values = ["E4_SmsPhoneVerification"] }`,
    `events = { values = ["SmsChallengeResponse"] }`,
    `words = { values = ${json([...phoneNumbers, '0000', '2168', '12 34'])} }`,
    // Longer waits would take more time without testing more.
    `waits = { values = ["wait=0", "wait=1", "respond-async, wait=1", "wait=x", "handling=lenient"] }`,
    '[parameters]',
    '"header.prefer" = { dictionary = "waits" }',
    '"path.id" = { dictionary = "open-ids", probability = 0.7 }',
    '"path.name" = { dictionary = "orchestrators", probability = 0.8 }',
    '"path.eventName" = { dictionary = "events", probability = 0.6 }',
    '[generation]',
    `max-examples = ${examples}`,
    'no-shrink = true',
    'database = ":memory:"',
    'dictionaries = { string = { dictionary = "words", probability = 0.2 } }',
    ...Object.entries(notChecked).flatMap(([check, reason]) => [
      `# ${reason}`,
      `[checks.${check}]`,
      'enabled = false',
    ]),
    '[[operations]]',
    'include-path-regex = "/terminate$"',
    'parameters = { "path.id" = { dictionary = "ids-to-end", probability = 0.7 } }',
    '[[operations]]',
    '# an event with another name is accepted with any body, and an ended instance accepts no event',
    'include-path-regex = "/raiseEvent/"',
    'checks = { negative_data_rejection = { enabled = false } }',
    '[[operations]]',
    'include-method = "DELETE"',
    'parameters = { "path.id" = { dictionary = "ids-to-end", probability = 0.7 } }',
  ];
  return `${lines.join('\n')}\n`;
}
