import type { Service } from '../support/service';
import { connectBareNamespace, connectDevServer, type DevServer } from '../support/dev-server';
import { attributesOf, commandEvents } from '../support/search-attributes';
import { startService, uniquePhoneNumber } from '../support/service';
import { partsOf } from '../support/verification-id';
import { paths } from '../replay/paths';

let server: DevServer;

beforeAll(async () => {
  server = await connectDevServer();
});

afterAll(async () => {
  await server.close();
});

const ATTRIBUTES = ['VerificationStatus', 'Tenant', 'Country', 'TextsSent'];

/** The events of a closed run that contain search attributes, and the tasks that asked for its commands. */
async function closedRun({ client }: Pick<Service, 'client'>, id: string) {
  const { workflowId, runId } = partsOf(id);
  const handle = client.workflow.getHandle(workflowId, runId);
  await handle.result();
  const { events } = await handle.fetchHistory();
  const commands = commandEvents(events ?? []);
  const upserts = commands.filter(({ event }) => event.upsertWorkflowSearchAttributesEventAttributes);
  return { events: events ?? [], commands, upserts };
}

describe('on each path, the search attributes say how the verification ended', () => {
  // Other paths take half a minute each, or end like one of these.
  const accepted: Readonly<Record<string, number>> = {
    'verified-by-update': 1,
    'max-attempts': 1,
    expired: 1,
    'test-number': 0,
    'code-while-sending': 0,
    resent: 2,
    'resend-failed': 1,
    'canceled-after-the-message': 1,
    'canceled-in-the-web-ui': 1,
    undeliverable: 0,
    reconciled: 1,
    'lost-by-the-carrier': 1,
  };
  const walked = new Map<string, Awaited<ReturnType<typeof walk>>>();

  /** Walks a path and returns what Temporal knows of its closed run. */
  async function walk(name: string) {
    const path = paths[name];
    const service = await startService({ ...server, ...path?.options });
    try {
      const id = (await path?.walk(service, uniquePhoneNumber())) ?? '';
      return { ...(await closedRun(service, id)), attributes: await attributesOf(server.client, id) };
    } finally {
      await service.stop();
    }
  }

  beforeAll(async () => {
    const names = Object.keys(accepted).values();
    const walkInTurn = async () => {
      for (const name of names) walked.set(name, await walk(name));
    };
    // Each path has its own worker. With all of them at once, a slow machine would not answer a check within 6 s.
    await Promise.all([walkInTurn(), walkInTurn(), walkInTurn()]);
  });

  test.each(Object.entries(accepted))('%s, with %i accepted messages', (name, TextsSent) => {
    const { attributes, commands = [], upserts = [] } = walked.get(name) ?? {};

    expect(attributes).toEqual({
      VerificationStatus: paths[name]?.ends,
      Tenant: 'default',
      Country: 'US',
      TextsSent,
    });
    // The task of the decision also asks for what follows: the end, or the timer until an unsuccessful run closes.
    expect(upserts).toHaveLength(1);
    const following = commands[commands.findIndex((command) => command === upserts[0]) + 1];
    expect(following?.task).toBe(upserts[0]?.task);
  });
});

test('an operator sees the end at once, while the run of a canceled verification is still open', async () => {
  const service = await startService({ ...server });
  const { id } = await service.startAndReceive();
  expect(await attributesOf(server.client, id)).toMatchObject({ VerificationStatus: 'sending' });

  await service.verifications.cancel(id);

  const { status } = await server.client.workflow.getHandle(partsOf(id).workflowId).describe();
  expect(await attributesOf(server.client, id)).toMatchObject({ VerificationStatus: 'canceled' });
  expect(status.name).toBe('RUNNING');
  await service.stop();
});

test('a run that was started without search attributes needs none at its end', async () => {
  const bare = await connectBareNamespace();
  const service = await startService({ ...bare });
  const { id, code } = await service.startAndReceive();
  await service.verifications.submit(id, code);
  const { upserts } = await closedRun(service, id);

  expect(upserts).toEqual([]);
  expect(await attributesOf(bare.client, id)).toEqual({});
  await service.stop();
  await bare.close();
});

test('no search attribute contains the number, not even masked', async () => {
  const service = await startService({ ...server });
  const { id, phoneNumber, code } = await service.startAndReceive();
  await service.verifications.submit(id, code);
  const { events } = await closedRun(service, id);
  const attributes = events.flatMap((event) => [
    event.workflowExecutionStartedEventAttributes?.searchAttributes ?? [],
    event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes ?? [],
  ]);
  const stored = attributes.flat().flatMap(({ indexedFields }) => Object.entries(indexedFields ?? {}));

  expect(new Set(stored.map(([name]) => name))).toEqual(new Set(ATTRIBUTES));
  const values = stored.map(([, { data }]) => Buffer.from(data ?? []).toString());
  for (const part of [phoneNumber.slice(2), '•', phoneNumber.slice(-2)])
    expect(values.join()).not.toContain(part);
  await service.stop();
});
