const NUMBER = '+14255550123';
/** For the shell: the value of ID, or what to do if ID is empty because the start was refused. */
const ID_OR_HINT = '${ID:-no id: wait two minutes if the number has an open verification}';

export interface BannerFacts {
  apiUrl: string;
  /** Whether the API serves the try-it page. */
  hasTryItPage: boolean;
  apiKey: string;
  codeLength: number;
  smsSandboxUrl: string;
  /** Whether messages go to the sandbox instead of real phones. */
  usesSandbox: boolean;
  /** Undefined if `npm run dev` has not started the Temporal server. */
  temporalUiUrl: string | undefined;
  temporalAddress: string;
  /** The services of Twilio Verify's API. */
  verifyServices: readonly string[];
  /** Where each process offers its metrics. */
  metrics: readonly { readonly name: string; readonly url: string }[];
}

/** Lists the addresses, the page first, and three shell commands that verify a number. */
export function banner(facts: BannerFacts): string {
  const { apiUrl, smsSandboxUrl, temporalUiUrl, temporalAddress, usesSandbox, hasTryItPage } = facts;
  const { verifyServices } = facts;
  const page = hasTryItPage ? [`  Try it           ${apiUrl}/`] : [];
  // Messages that go to real phones are not on this page.
  const phone = usesSandbox ? [`  The phone        ${smsSandboxUrl}/`] : [];
  const temporal =
    temporalUiUrl === undefined ? `Temporal         ${temporalAddress}` : `Temporal Web UI  ${temporalUiUrl}`;
  const metrics = facts.metrics.map(
    ({ name, url }, index) => `  ${(index === 0 ? 'Metrics' : '').padEnd(17)}${url} (${name})`,
  );
  const howTo = usesSandbox
    ? "Or in a shell (paste these three lines; they read the code from the sandbox's inbox):"
    : `Or in a shell (replace ${NUMBER} with yours, and ${placeholder(facts)} with the code from your phone):`;
  return [
    '',
    'Ready.',
    ...page,
    ...phone,
    `  ${temporal}`,
    `  API              ${apiUrl}`,
    `  API reference    ${apiUrl}/docs`,
    ...verifyServices.map(
      (service, index) => `  ${(index === 0 ? 'Twilio Verify' : '').padEnd(17)}${service}`,
    ),
    ...metrics,
    '',
    howTo,
    '',
    ...curlLines(facts),
    '',
    'Ctrl-C ends everything.',
    '',
  ].join('\n');
}

/** Needs only curl, sed and a POSIX shell. Without comments, because an interactive zsh does not accept them. */
export function curlLines(facts: BannerFacts): [start: string, look: string, check: string] {
  const verifications = `${facts.apiUrl}/verifications`;
  const key = `-H ${quote(`Authorization: Bearer ${facts.apiKey}`)}`;
  const json = `-H 'Content-Type: application/json'`;
  // Prints nothing if the answer is an error, so that ID stays empty.
  const id = `sed -n 's/.*"id":"\\([^"]*\\)".*/\\1/p'`;
  return [
    `ID=$(curl -s ${verifications} ${key} ${json} -d '{"phoneNumber":"${NUMBER}"}' | ${id}); echo "${ID_OR_HINT}"`,
    // The wait gives the message time to arrive.
    `curl -s "${verifications}/$ID" ${key} -H 'Prefer: wait=2'; echo`,
    `curl -s "${verifications}/$ID/check" ${key} ${json} -d '{"code":"'${code(facts)}'"}'; echo`,
  ];
}

function code(facts: BannerFacts): string {
  if (!facts.usesSandbox) return placeholder(facts);
  // The first message of the inbox is the newest.
  const fromBody = `sed 's/},.*//; s/.*"body":"[^"]*\\([0-9]\\{${facts.codeLength}\\}\\).*/\\1/'`;
  return `"$(curl -s ${facts.smsSandboxUrl}/inbox/${NUMBER} | ${fromBody})"`;
}

function placeholder({ codeLength }: BannerFacts): string {
  return '0'.repeat(codeLength);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
