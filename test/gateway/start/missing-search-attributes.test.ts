import { addAttributesCommand, lacksSearchAttributes } from '../../../src/temporal/search-attributes';
import { SearchAttributeUse } from '../../../src/gateway/start/search-attribute-use';
import { createVerifications } from '../../../src/gateway/create-verifications';
import { CallCounter } from '../../support/call-counter';
import { connectBareNamespace, type DevServer } from '../../support/dev-server';
import { fakeClocks } from '../../support/fake-clocks';
import { LogLines } from '../../support/log-lines';
import { attributesOf } from '../../support/search-attributes';
import {
  eventually,
  startService,
  testDigests,
  testKeyRing,
  uniquePhoneNumber,
  type Service,
} from '../../support/service';
import { runTemporal } from '../../support/temporal-command';
import { createTimeSkipping } from '../../support/time-skipping';

afterEach(() => void jest.restoreAllMocks());

const WARN = 40;
const START = 'StartWorkflowExecution';

const start = (service: Service) => service.verifications.start(service.startRequest(uniquePhoneNumber()));

const warningsOf = ({ lines }: LogLines) => lines.filter(({ level }) => level === WARN).map(({ msg }) => msg);

describe('in a namespace that lacks the search attributes', () => {
  let server: DevServer;
  let service: Service;
  let calls: CallCounter;
  let log: LogLines;
  let namespace: string;

  beforeEach(async () => {
    calls = new CallCounter();
    log = new LogLines();
    server = await connectBareNamespace([calls.interceptor]);
    service = await startService({ ...server, log, withWorker: false });
    ({ namespace } = server.client.options);
  });

  afterEach(async () => {
    await service.stop();
    await server.close();
  });

  const add = () => runTemporal(addAttributesCommand(namespace), { namespace });
  const isAdded = () =>
    eventually(async () => !(await lacksSearchAttributes(server.client.connection, namespace)));

  test('verifications start without them, and the log says once how to add them', async () => {
    const { verification } = await start(service);
    await Promise.all([start(service), start(service), start(service)]);

    expect(verification.status).toBe('sending');
    expect(await attributesOf(server.client, verification.id)).toEqual({});
    expect(warningsOf(log)).toEqual([expect.stringContaining(addAttributesCommand(namespace))]);
    expect(addAttributesCommand('mine')).toBe(
      'temporal operator search-attribute create --namespace mine --name VerificationStatus --type Keyword ' +
        '--name Tenant --type Keyword --name Country --type Keyword --name TextsSent --type Int',
    );
  });

  test('several starts at once lead to one warning', async () => {
    await Promise.all(Array.from({ length: 10 }, () => start(service)));
    expect(warningsOf(log)).toHaveLength(1);
  });

  test('only one start a minute tries them', async () => {
    await start(service);
    expect(calls.made(START)).toBe(2);
    await start(service);
    expect(calls.made(START)).toBe(3);

    later(60_000);
    await start(service);
    expect(calls.made(START)).toBe(5);
    await start(service);
    expect(calls.made(START)).toBe(6);
    expect(warningsOf(log)).toHaveLength(1);
  });

  test('a minute after the printed command, starts have them', async () => {
    await start(service);
    expect(await add()).toMatchObject({ exitCode: 0 });
    await isAdded();
    const soon = await start(service);
    expect(await attributesOf(server.client, soon.verification.id)).toEqual({});

    later(60_000);
    for (let starts = 0; starts < 2; starts++) {
      const { verification } = await start(service);
      expect(await attributesOf(server.client, verification.id)).toEqual({
        VerificationStatus: 'sending',
        Tenant: 'default',
        Country: 'US',
        TextsSent: 0,
      });
    }
  });

  test('one with the right name and another type is as good as none', async () => {
    const command = 'temporal operator search-attribute create --name Country --type Int';
    expect(await runTemporal(command, { namespace })).toMatchObject({ exitCode: 0 });

    expect((await start(service)).outcome).toBe('started');
    expect(await lacksSearchAttributes(server.client.connection, namespace)).toBe(true);
    expect(warningsOf(log)).toHaveLength(1);
  });

  test('another argument that Temporal refuses is not taken for them', async () => {
    let warnings = 0;
    const attributeUse = new SearchAttributeUse(() => warnings++);
    const dependencies = { keyRing: testKeyRing, digests: testDigests, taskQueue: 'q'.repeat(2_000) };
    const verifications = createVerifications({ ...server, ...dependencies, attributeUse });

    const refused = verifications.start(service.startRequest(uniquePhoneNumber()));

    await expect(refused).rejects.toMatchObject({ code: 'temporal_unavailable' });
    expect([warnings, calls.made(START)]).toEqual([0, 2]);
  });
});

// The test server has a bug: it refuses every further start for the workflow ID of a refused one.
test('the time-skipping test server refuses them as well, and other numbers start without them', async () => {
  const env = await createTimeSkipping({ withSearchAttributes: false });
  const log = new LogLines();
  const { client, nativeConnection } = env;
  const service = await startService({ client, nativeConnection, log, withWorker: false });

  await expect(start(service)).rejects.toMatchObject({ code: 'temporal_unavailable' });

  expect((await start(service)).outcome).toBe('started');
  expect(warningsOf(log)).toHaveLength(1);
  await service.stop();
  await env.teardown();
});

test('a server that does not answer the question is not said to lack them', async () => {
  const env = await createTimeSkipping();
  expect(await lacksSearchAttributes(env.client.connection, 'default')).toBe(false);
  await env.teardown();
});

test('a warning comes again only after Temporal has accepted them', () => {
  let warnings = 0;
  const use = new SearchAttributeUse(() => warnings++);
  use.refused();
  use.refused();
  expect([warnings, use.isNext()]).toEqual([1, false]);
  use.accepted();
  expect(use.isNext()).toBe(true);
  use.refused();
  expect(warnings).toBe(2);
});

test('starts try them again after a minute, also if the clock was set back', () => {
  const clocks = fakeClocks();
  const use = new SearchAttributeUse(() => {});
  use.refused();
  clocks.setBackByAnHour();
  clocks.advance(60_000);
  const tries = [use.isNext(), use.isNext()];
  clocks.setBackByAnHour();
  clocks.advance(60_000);
  tries.push(use.isNext());
  jest.restoreAllMocks();
  expect(tries).toEqual([true, false, true]);
});

/** Moves the clock. */
function later(ms: number): void {
  const now = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => now + ms);
}
