import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIRECTORY } from '../harness/project';
import { searchAttributes } from '../src/domain/search-attributes';
import { finalStatuses } from '../src/domain/types';
import { addAttributesCommand, lacksSearchAttributes } from '../src/temporal/search-attributes';
import { connectBareNamespace, type DevServer } from './support/dev-server';
import {
  eventually,
  receivedCode,
  startService,
  uniquePhoneNumber,
  untilPending,
  wrongCodeFor,
  type Service,
} from './support/service';
import { runTemporal } from './support/temporal-command';
import { partsOf } from './support/verification-id';

// Everything that docs/finding-verifications.md prints is run as it is printed, after a known set of verifications.

const page = readFileSync(path.join(PROJECT_DIRECTORY, 'docs/finding-verifications.md'), 'utf8');
const by = { caller: 'alice', idempotencyKey: undefined };

let server: DevServer;
let services: Service[];
/** The number that reached its attempts twice. */
let guessed: string;

async function start(service: Service, phoneNumber = uniquePhoneNumber(), country = 'US') {
  const { verification } = await service.verifications.start({
    ...service.startRequest(phoneNumber),
    country,
  });
  return { id: verification.id, phoneNumber };
}

async function startPending(service: Service, phoneNumber?: string, country?: string) {
  const started = await start(service, phoneNumber, country);
  const code = await receivedCode(service.sandbox, started.phoneNumber);
  await untilPending(service, started.id);
  return { ...started, code };
}

async function verify(service: Service, country?: string): Promise<void> {
  const { id, code } = await startPending(service, undefined, country);
  await service.verifications.check(id, code, by);
}

async function verifyAfterResend(service: Service): Promise<void> {
  const { id, phoneNumber, code } = await startPending(service);
  await service.verifications.resend(id);
  await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
  await eventually(
    async () =>
      (await runOf(id).query<{ messageInFlightSince: string | null }>('state')).messageInFlightSince === null,
  );
  await service.verifications.check(id, code, by);
}

async function guessTwice(service: Service): Promise<void> {
  const phoneNumber = uniquePhoneNumber();
  for (let verifications = 0; verifications < 2; verifications++) {
    const { id, code } = await startPending(service, phoneNumber);
    for (let attempts = 0; attempts < 4; attempts++)
      await service.verifications.check(id, wrongCodeFor(code), by);
    guessed = partsOf(id).workflowId;
  }
}

async function undeliverable(service: Service): Promise<void> {
  const phoneNumber = uniquePhoneNumber();
  service.sandbox.stubAnswer(phoneNumber, { status: 400, body: { code: 21610, message: 'no', status: 400 } });
  await start(service, phoneNumber, 'DE');
}

const runOf = (id: string) => server.client.workflow.getHandle(partsOf(id).workflowId, partsOf(id).runId);
const namespace = () => server.client.options.namespace;
const count = async (query: string) =>
  Number(
    (await server.client.workflowService.countWorkflowExecutions({ namespace: namespace(), query })).count,
  );
const run = (lines: string) => runTemporal(lines, { namespace: namespace() });

beforeAll(async () => {
  server = await connectBareNamespace();
  const before = await startService({ ...server });
  await verify(before);
  await before.stop();
  await run(addAttributesCommand(namespace()));
  await eventually(async () => !(await lacksSearchAttributes(server.client.connection, namespace())));

  const service = await startService({ ...server, policy: { resendIntervalMs: 0 } });
  const quick = await startService({ ...server, policy: { windowMs: 1_000 } });
  services = [service, quick];
  await Promise.all([
    verify(service),
    verify(service, 'DE'),
    verifyAfterResend(service),
    guessTwice(service),
    undeliverable(service),
    start(quick),
    startPending(service),
    startPending(service).then(({ id }) => service.verifications.cancel(id)),
    startPending(service).then(({ id }) => runOf(id).terminate()),
  ]);
  // Temporal's lists are eventually consistent.
  await eventually(async () => (await count("ExecutionStatus = 'Running'")) === 1);
  await eventually(async () => (await count("WorkflowType = 'phoneVerification'")) === 11);
});

afterAll(async () => {
  for (const service of services) await service.stop();
  await server.close();
});

describe('the links into the Web UI find', () => {
  const links = [...page.matchAll(/^- \[([^\]]+)\]\((\S+)\)$/gm)].map(([, text = '', url = '']) => ({
    text,
    url: new URL(url),
  }));
  const expected: Readonly<Record<string, number>> = {
    'not delivered, started after this date': 1,
    'all verifications started after this date': 11,
    'open now': 1,
    verified: 3,
    'expired, canceled, or too many wrong codes': 4,
    'too many wrong codes': 2,
    'more than one message': 1,
    'ended from outside: terminated, timed out or failed': 1,
    'started without search attributes': 1,
  };

  test('what is listed here', () => {
    expect(links.map(({ text }) => text)).toEqual(Object.keys(expected));
  });

  test.each(links)('$text', async ({ text, url }) => {
    expect(`${url.origin}${url.pathname}`).toBe('http://localhost:8233/namespaces/default/workflows');
    expect(await count(url.searchParams.get('query') ?? '')).toBe(expected[text]);
  });
});

describe('the commands print', () => {
  const blocks = [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)].map(([, , lines = '']) => lines);
  const exactly = (text: string) => new RegExp(`^${text}$`);
  const oneInList = (status: string) => () =>
    exactly(` +Status.*\n +${status} +phone-verification:[0-9a-f]{32} .*\n`);
  const expected: readonly (readonly [start: string, stdout: () => RegExp])[] = [
    [`temporal workflow list --query "VerificationStatus = 'undel`, oneInList('Completed')],
    [`temporal workflow count --query "VerificationStatus = 'sending'`, () => exactly('Total: 1\n')],
    [
      'for status in',
      () =>
        exactly(
          'sending: Total: 2\nverified: Total: 3\nexpired: Total: 1\nmax_attempts_reached: Total: 2\n' +
            'undeliverable: Total: 1\ncanceled: Total: 1\n',
        ),
    ],
    [
      'for country in',
      () => exactly('US: ended Total: 6, verified Total: 2\nDE: ended Total: 2, verified Total: 1\n'),
    ],
    [`temporal workflow count --query "Tenant = 'default'`, () => exactly('Total: 3\n')],
    ['temporal workflow count --query "TextsSent > 1"', () => exactly('Total: 1\nTotal: 1\n')],
    ['temporal workflow list --limit', () => exactly(` +2 ${guessed}\n`)],
    [`temporal workflow list --query "VerificationStatus = 'sending'`, oneInList('Terminated')],
    ['temporal operator search-attribute create', () => exactly('Search attributes have been added\n')],
    [`  temporal workflow list --query "WorkflowType`, oneInList('Completed')],
  ];

  test('what is listed here', () => {
    expect(blocks).toHaveLength(expected.length);
    for (const [index, [begin]] of expected.entries()) expect(blocks[index]?.startsWith(begin)).toBe(true);
  });

  test.each(blocks.map((lines, index) => [lines.split('\n')[0], lines, index] as const))(
    '%s',
    async (_first, lines, index) => {
      const { exitCode, stdout, stderr } = await run(lines);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(expected[index]?.[1]() ?? /^nothing is expected/);
    },
  );
});

test('the page has the command, the attributes and the words of the code', () => {
  const withoutLineBreaks = page.replaceAll(/ \\\n +/g, ' ');
  expect(withoutLineBreaks).toContain(`\n${addAttributesCommand('default')}\n`);
  for (const { name, type } of Object.values(searchAttributes))
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${type} `, 'im'));
  expect(page).toContain(`for status in sending ${finalStatuses.join(' ')}; do`);
});

test('Temporal does not group by country, as the page says', async () => {
  const { exitCode, stderr } = await run('temporal workflow count --query "GROUP BY Country"');

  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("'GROUP BY' clause is not supported for search attribute Country");
});
