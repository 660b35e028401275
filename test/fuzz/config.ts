/** What schemathesis is told of the service, in TOML. JSON's strings and arrays are TOML's too. */
export interface FuzzConfig {
  readonly apiKey: string;
  readonly codecToken: string;
  /** Verifications that are open, for whatever doesn't end them at once. */
  readonly open: readonly string[];
  /** Those for what does. */
  readonly doomed: readonly string[];
  readonly phoneNumbers: readonly string[];
  readonly seed: number;
  readonly examples: number;
}

/** Checks that would find what is meant to be so. Every other one is on. */
const notChecked = {
  positive_data_acceptance: 'which numbers get a text, and how long a code is, is more than a schema says',
  use_after_free: 'a canceled verification can still be looked at',
  ensure_resource_availability: 'a verification that was started can end at any time',
};

export function fuzzConfig(config: FuzzConfig): string {
  const { apiKey, codecToken, open, doomed, phoneNumbers, seed, examples } = config;
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
    `open = { values = ${json(open)} }`,
    `doomed = { values = ${json(doomed)} }`,
    `orchestrators = { values = ["E4_SmsPhoneVerification"] }`,
    `events = { values = ["SmsChallengeResponse"] }`,
    `words = { values = ${json([...phoneNumbers, '0000', '2168', '12 34'])} }`,
    // Longer waits test nothing but patience.
    `waits = { values = ["wait=0", "wait=1", "respond-async, wait=1", "wait=x", "handling=lenient"] }`,
    '[parameters]',
    '"header.prefer" = { dictionary = "waits" }',
    '"path.id" = { dictionary = "open", probability = 0.7 }',
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
    'parameters = { "path.id" = { dictionary = "doomed", probability = 0.7 } }',
    '[[operations]]',
    "# an event of another name than the code's is accepted whatever its body, and none of an ended instance",
    'include-path-regex = "/raiseEvent/"',
    'checks = { negative_data_rejection = { enabled = false } }',
    '[[operations]]',
    'include-method = "DELETE"',
    'parameters = { "path.id" = { dictionary = "doomed", probability = 0.7 } }',
  ];
  return `${lines.join('\n')}\n`;
}
