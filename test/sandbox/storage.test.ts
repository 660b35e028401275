import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SmsSandbox } from '../../sandbox';
import {
  NEVER_MS,
  PHONE,
  SENDER,
  SERVICE_SID,
  clientOf,
  closeAll,
  startCallbackReceiver,
  startSandbox,
} from './support';

let dataDir: string;
let file: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sms-sandbox-'));
  file = join(dataDir, 'sms-sandbox', 'texts.jsonl');
});
afterEach(async () => {
  await closeAll();
  await rm(dataDir, { recursive: true });
});

async function sendMessage(sandbox: SmsSandbox, body: string): Promise<string> {
  const { sid } = await clientOf(sandbox).messages.create({ to: PHONE, from: SENDER, body });
  return sid;
}

test('after a restart, all messages have the same order and status', async () => {
  const callbacks = await startCallbackReceiver();
  const before = await startSandbox({ dataDir });
  const request = { to: PHONE, messagingServiceSid: SERVICE_SID, body: 'first' };
  const { sid } = await clientOf(before).messages.create({ ...request, statusCallback: callbacks.url });
  await callbacks.until('delivered');
  await sendMessage(before, 'second');
  const inbox = before.inbox(PHONE);
  await before.close();

  const after = await startSandbox({ dataDir });

  expect(after.inbox(PHONE)).toEqual(inbox);
  expect(inbox.map(({ body }) => body)).toEqual(['second', 'first']);
  await expect(clientOf(after).messages(sid).fetch()).resolves.toMatchObject({ status: 'delivered' });
});

test('a message is stored before its call is answered', async () => {
  const sandbox = await startSandbox({ dataDir, statusStepMs: NEVER_MS });
  const sid = await sendMessage(sandbox, 'hello');
  expect(await readFile(file, 'utf8')).toContain(sid);
});

test('the delivery of a message continues after a restart', async () => {
  const callbacks = await startCallbackReceiver();
  const before = await startSandbox({ dataDir, statusStepMs: NEVER_MS });
  const request = { to: PHONE, from: SENDER, body: 'hello', statusCallback: callbacks.url };
  await clientOf(before).messages.create(request);
  await before.close();

  await startSandbox({ dataDir });

  expect(await callbacks.until('delivered')).toEqual(['sent', 'delivered']);
});

test('an incomplete last line, left by a killed process, is removed', async () => {
  const before = await startSandbox({ dataDir, statusStepMs: NEVER_MS });
  await sendMessage(before, 'whole – and not ASCII');
  await before.close();
  await appendFile(file, '{"sid":"SM1","body":"hal');

  const after = await startSandbox({ dataDir, statusStepMs: NEVER_MS });
  await sendMessage(after, 'next');
  await after.close();

  const again = await startSandbox({ dataDir });
  expect(again.inbox(PHONE).map(({ body }) => body)).toEqual(['next', 'whole – and not ASCII']);
});

test.each(['not JSON', '{"sid":"SM1"}'])(
  'if a line is %s, the start fails, and the error has the line number but not the content',
  async (line) => {
    await (await startSandbox({ dataDir })).close();
    await appendFile(file, `${line}\n`);
    const start = startSandbox({ dataDir });
    await expect(start).rejects.toThrow(`${file}:1 is not a message of the SMS sandbox: repair or delete it`);
  },
);

test('if a message cannot be stored, its call gets an error, and the problem is logged', async () => {
  const problems: string[] = [];
  const sandbox = await startSandbox({ dataDir, report: (problem) => problems.push(problem) });
  await rm(join(dataDir, 'sms-sandbox'), { recursive: true });

  await expect(sendMessage(sandbox, 'hello')).rejects.toMatchObject({ status: 500, code: 20500 });

  expect(sandbox.inbox(PHONE)).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^a request failed: ENOENT/)]);
});

test('only the owner can read the stored messages', async () => {
  await sendMessage(await startSandbox({ dataDir }), 'hello');
  const { mode } = await stat(file);
  expect(mode & 0o777).toBe(0o600);
});

test('without a folder, messages are lost when the sandbox stops', async () => {
  const before = await startSandbox();
  await sendMessage(before, 'hello');
  await before.close();
  const after = await startSandbox();
  expect(after.inbox(PHONE)).toEqual([]);
});
