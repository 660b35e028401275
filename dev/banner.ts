const NUMBER = '+14255550123';

export interface BannerFacts {
  apiUrl: string;
  /** Whether the API serves the try-it page. */
  hasTryItPage: boolean;
  apiKey: string;
  codeLength: number;
  smsSandboxUrl: string;
  /** Whether messages go to the sandbox, and not to real phones. */
  usesSandbox: boolean;
  /** Of the server that was started. */
  temporalUiUrl: string | undefined;
  temporalAddress: string;
}

/** Says where everything is, the page first, and how to verify a number by pasting three lines into a shell. */
export function banner(facts: BannerFacts): string {
  const { apiUrl, smsSandboxUrl, temporalUiUrl, temporalAddress, usesSandbox, hasTryItPage } = facts;
  const page = hasTryItPage ? [`  Try it           ${apiUrl}/`] : [];
  const temporal =
    temporalUiUrl === undefined ? `Temporal         ${temporalAddress}` : `Temporal Web UI  ${temporalUiUrl}`;
  const howTo = usesSandbox
    ? "Or verify a number in a shell (paste these three lines; the code comes from the sandbox's inbox):"
    : `Or verify a number in a shell (put yours in place of ${NUMBER}, and the code from your phone in place of ${placeholder(facts)}):`;
  return [
    '',
    'Ready.',
    ...page,
    `  The phone        ${smsSandboxUrl}/`,
    `  ${temporal}`,
    `  API              ${apiUrl}`,
    '',
    howTo,
    '',
    ...curlLines(facts),
    '',
    'Ctrl-C ends everything.',
    '',
  ].join('\n');
}

/** Nothing but curl, sed and a POSIX shell; no comments, which an interactive zsh does not take. */
export function curlLines(facts: BannerFacts): [start: string, look: string, check: string] {
  const verifications = `${facts.apiUrl}/verifications`;
  const key = `-H ${quote(`Authorization: Bearer ${facts.apiKey}`)}`;
  const json = `-H 'Content-Type: application/json'`;
  const id = `sed 's/.*"id":"\\([^"]*\\)".*/\\1/'`;
  return [
    `ID=$(curl -s ${verifications} ${key} ${json} -d '{"phoneNumber":"${NUMBER}"}' | ${id}); echo "$ID"`,
    // The wait lets the message arrive.
    `curl -s "${verifications}/$ID" ${key} -H 'Prefer: wait=2'; echo`,
    `curl -s "${verifications}/$ID/check" ${key} ${json} -d '{"code":"'${code(facts)}'"}'; echo`,
  ];
}

function code(facts: BannerFacts): string {
  if (!facts.usesSandbox) return placeholder(facts);
  // The inbox has the newest message first.
  const fromBody = `sed 's/},.*//; s/.*"body":"[^"]*\\([0-9]\\{${facts.codeLength}\\}\\).*/\\1/'`;
  return `"$(curl -s ${facts.smsSandboxUrl}/inbox/${NUMBER} | ${fromBody})"`;
}

function placeholder({ codeLength }: BannerFacts): string {
  return '0'.repeat(codeLength);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
