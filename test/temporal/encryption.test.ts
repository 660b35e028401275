import { createKeyRing } from '../../src/crypto/key-ring';
import { createDataConverter } from '../../src/temporal/data-converter';
import { ServicePayloadCodec } from '../../src/temporal/payload-codec';
import { SearchAttributeUse } from '../../src/gateway/start/search-attribute-use';
import { createVerifications } from '../../src/gateway/create-verifications';
import { forTenant } from '../support/for-tenant';
import { connectDevServer } from '../support/dev-server';
import {
  eventually,
  readableHistory,
  receivedCode,
  startRequest,
  startService,
  testDigests,
  uniquePhoneNumber,
  untilPending,
  type Service,
} from '../support/service';
import { partsOf } from '../support/verification-id';

const oldKey = { id: 'old', bytes: Buffer.alloc(32, 11) };
const newKey = { id: 'new', bytes: Buffer.alloc(32, 12) };
const by = { caller: 'alice', idempotencyKey: undefined };

/** Closes what the test opened, in reverse order, also after a failure. */
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Represents one process with these keys, in this order, and its own connection. */
async function connect(keys: (typeof oldKey)[], encrypted = true) {
  const keyRing = createKeyRing(keys);
  const dataConverter = createDataConverter(keyRing, encrypted);
  const server = await connectDevServer({ dataConverter });
  closers.push(() => server.close());
  return { ...server, keyRing, dataConverter };
}

async function start(process: Awaited<ReturnType<typeof connect>>): Promise<Service> {
  const service = await startService({ ...process });
  closers.push(() => service.stop());
  return service;
}

describe('with encryption on', () => {
  test('a history contains no phone number, no tag, no state and no failure message', async () => {
    const process = await connect([oldKey]);
    const service = await start(process);
    const { id, phoneNumber, code, wrongCode } = await service.startAndReceive();
    await untilPending(service, id);
    await service.verifications.check(id, wrongCode, by);
    await expect(service.verifications.resend(id)).rejects.toMatchObject({ code: 'resend_too_soon' });
    await service.verifications.check(id, code, by);
    await process.client.workflow.getHandle(partsOf(id).workflowId).result();
    const history = await readableHistory(process.client, partsOf(id).workflowId);
    expect(history).toContain(Buffer.from('binary/encrypted').toString('base64'));
    // The names in a memo are not encrypted, only its values are.
    for (const word of [
      phoneNumber,
      phoneNumber.slice(2),
      'attemptsRemaining',
      'acceptedAt',
      'resend_too_soon',
    ]) {
      expect(history).not.toContain(word);
    }
  });

  test.each(['state', '__temporal_workflow_metadata'])(
    'the answer of the Query %s is encrypted: Temporal and the Web UI can not read it',
    async (queryType) => {
      const process = await connect([oldKey]);
      const service = await start(process);
      const { id } = await service.startAndReceive();
      await untilPending(service, id);
      const { queryResult } = await process.client.workflowService.queryWorkflow({
        namespace: 'default',
        execution: { workflowId: partsOf(id).workflowId },
        query: { queryType },
      });
      const encodings = queryResult?.payloads?.map(({ metadata }) =>
        Buffer.from(metadata?.['encoding'] ?? []).toString(),
      );
      expect(encodings).toEqual(['binary/encrypted']);
    },
  );

  test('what was encrypted can still be read after encryption is switched off', async () => {
    const before = await start(await connect([oldKey]));
    const { id, phoneNumber, wrongCode } = await before.startAndReceive();
    await untilPending(before, id);
    await before.verifications.check(id, wrongCode, by);
    await before.verifications.cancel(id);

    const after = await start(await connect([oldKey], false));
    expect(await after.verifications.get(id)).toMatchObject({ status: 'canceled', attemptsRemaining: 3 });
    const { outcome } = await after.verifications.start(after.startRequest(phoneNumber));
    expect(outcome).toBe('started');
  });

  test('a start finds the open verification of the number and the ledger of the one before', async () => {
    const process = await connect([oldKey]);
    const service = await start(process);
    const { id, phoneNumber } = await service.startAndReceive();
    await untilPending(service, id);
    await expect(service.verifications.start(service.startRequest(phoneNumber))).rejects.toMatchObject({
      code: 'verification_in_progress',
    });
    await service.verifications.cancel(id);
    const again = await eventually(() =>
      service.verifications.start(service.startRequest(phoneNumber)).catch(() => undefined),
    );
    expect(again.outcome).toBe('started');
  });
});

test('during a key rotation, a process with both keys can complete an open verification', async () => {
  const before = await connect([oldKey]);
  const between = await connect([oldKey, newKey]);
  const after = await connect([newKey, oldKey]);
  const service = await start(between);
  const gatewayOf = ({ client, keyRing }: typeof before) =>
    forTenant(
      createVerifications({
        client,
        keyRing,
        taskQueue: service.taskQueue,
        digests: testDigests,
        attributeUse: new SearchAttributeUse(() => {}),
      }),
    );

  for (const [starter, checker] of [
    [before, after],
    [after, between],
  ] as const) {
    const phoneNumber = uniquePhoneNumber();
    const { verification } = await gatewayOf(starter).start(startRequest(phoneNumber));
    const code = await receivedCode(service.sandbox, phoneNumber);
    expect(await gatewayOf(checker).check(verification.id, code, by)).toMatchObject({ verified: true });
  }
});

describe('the codec', () => {
  const codec = new ServicePayloadCodec(createKeyRing([oldKey]), { encrypted: true });
  const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"+14255550123"') };

  test('decodes what it encoded', async () => {
    const [payload] = await codec.decode(await codec.encode([plain]));
    expect(Buffer.from(payload?.data ?? []).toString()).toBe('"+14255550123"');
    expect(Buffer.from(payload?.metadata?.['encoding'] ?? []).toString()).toBe('json/plain');
  });

  test('encrypts the same payload differently each time', async () => {
    const [one, other] = await codec.encode([plain, plain]);
    expect(one?.data).not.toEqual(other?.data);
  });

  test('names the id of a missing key', async () => {
    const foreign = await new ServicePayloadCodec(createKeyRing([newKey]), { encrypted: true }).encode([
      plain,
    ]);
    await expect(codec.decode(foreign)).rejects.toThrow('No secret key has the id new');
  });

  test('of a worker reads foreign payloads as undefined, but waits for a missing key, which may be added later', async () => {
    const reasons: string[] = [];
    const onForeign = (reason: string) => void reasons.push(reason);
    const ofWorker = new ServicePayloadCodec(createKeyRing([oldKey]), { encrypted: true, onForeign });
    const [read] = await ofWorker.decode([plain]);
    expect(Buffer.from(read?.metadata?.['encoding'] ?? []).toString()).toBe('binary/null');
    expect(reasons).toEqual([expect.stringContaining('not encrypted')]);
    const ofOthers = new ServicePayloadCodec(createKeyRing([newKey]), { encrypted: true });
    await expect(ofWorker.decode(await ofOthers.encode([plain]))).rejects.toThrow('id new');
    expect(reasons).toHaveLength(1);
  });

  test('refuses a payload that is not encrypted or was changed', async () => {
    await expect(codec.decode([plain])).rejects.toThrow('not encrypted');
    const [payload] = await codec.encode([plain]);
    const data = Buffer.from(payload?.data ?? []);
    data.writeUInt8(data.readUInt8(20) ^ 1, 20);
    await expect(codec.decode([{ ...payload, data }])).rejects.toThrow('authenticate');
  });
});
