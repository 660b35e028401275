import { randomUUID } from 'node:crypto';
import { parseVerificationId } from '../../src/gateway/ids';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { eventually, startService, type Service } from '../support/service';
import { runTemporal } from '../support/temporal-command';

// docs/changing-workflows.md: two builds of the worker side by side.

const by = { caller: 'alice', idempotencyKey: undefined };

let server: DevServer;
let service: Service;
let deploymentName: string;

beforeAll(async () => {
  server = await connectDevServer();
});

beforeEach(async () => {
  service = await startService({ ...server, withWorker: false });
  deploymentName = `deployment-${randomUUID()}`;
});

afterEach(() => service.stop());
afterAll(() => server.close());

/** Starts a worker of a build, and gives it all new verifications. */
async function switchTo(buildId: string): Promise<void> {
  await service.startWorker({ deploymentName, buildId });
  await makeCurrent(buildId);
}

async function makeCurrent(buildId: string): Promise<void> {
  const build = `--deployment-name ${deploymentName} --build-id ${buildId}`;
  // Temporal knows a build from its worker's first request for a task.
  await eventually(async () => {
    const { exitCode } = await runTemporal(`temporal worker deployment set-current-version ${build} --yes`);
    return exitCode === 0;
  });
}

/** The builds that completed workflow tasks of a verification. */
async function buildsOf(id: string): Promise<string[]> {
  const { workflowId = '', runId } = parseVerificationId(id) ?? {};
  const { events } = await server.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const builds = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: completed }) =>
    completed ? [completed.deploymentVersion?.buildId ?? 'none'] : [],
  );
  return [...new Set(builds)];
}

test('an open verification ends on its build, and a new one begins on the current build', async () => {
  await switchTo('build-1');
  const open = await service.startAndReceive();
  await switchTo('build-2');
  const begun = await service.startAndReceive();

  for (const { id, code, wrongCode } of [open, begun]) {
    expect(await service.verifications.check(id, wrongCode, by)).toMatchObject({ verified: false });
    expect(await service.verifications.check(id, code, by)).toMatchObject({ verified: true });
    await eventually(async () => (await service.verifications.get(id)).endedAt !== null);
  }

  expect(await buildsOf(open.id)).toEqual(['build-1']);
  expect(await buildsOf(begun.id)).toEqual(['build-2']);
});

test('workers without a build id continue until the first build is current, and it then continues for them', async () => {
  await service.startWorker();
  await service.startWorker({ deploymentName, buildId: 'build-1' });
  const open = await service.startAndReceive();
  await makeCurrent('build-1');
  const begun = await service.startAndReceive();
  const earlier = await buildsOf(open.id);
  await service.stopWorker();
  await service.startWorker({ deploymentName, buildId: 'build-1' });

  for (const { id, code } of [open, begun])
    expect(await service.verifications.check(id, code, by)).toMatchObject({ verified: true });

  expect(earlier).toEqual(['none']);
  expect(await buildsOf(open.id)).toEqual(['none', 'build-1']);
  expect(await buildsOf(begun.id)).toEqual(['build-1']);
});
