import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import * as messages from '../../src/workflows/messages';
import { quietRuntime, requiredEnv } from '../support/service';
import { readHistories } from './histories';
import { paths } from './paths';

const histories = readHistories();

beforeAll(quietRuntime);

async function replay(name: string, workflowBundle: WorkflowBundleOption): Promise<void> {
  const history: unknown = JSON.parse(histories.get(name) ?? '');
  await Worker.runReplayHistory({ workflowBundle }, history);
}

/** The histories that a changed workflow can't replay. */
async function caughtBy(change: string): Promise<string[]> {
  const workflowsPath = path.join(__dirname, 'changes', `${change}.ts`);
  const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const caught = [];
  for (const name of histories.keys()) {
    try {
      await replay(name, bundle);
    } catch (error) {
      if (!(error instanceof DeterminismViolationError)) throw error;
      caught.push(name);
    }
  }
  return caught;
}

describe('the current workflow can replay', () => {
  test.each([...histories.keys()])('%s', async (name) => {
    await expect(replay(name, { codePath: requiredEnv('TEST_WORKFLOW_BUNDLE') })).resolves.toBeUndefined();
  });
});

describe('the recorded histories', () => {
  test.each(Object.keys(paths))('contain the path %s, with and without search attributes', (name) => {
    expect([...histories.keys()]).toEqual(expect.arrayContaining([name, `${name}.attributes`]));
  });

  const sent = Object.values(messages).flatMap((message) =>
    typeof message === 'object' && message.type !== 'query' ? [message] : [],
  );

  test.each(sent)('contain the $type $name', ({ type, name }) => {
    const field = type === 'signal' ? 'signalName' : 'name';
    expect([...histories.values()].join()).toContain(`"${field}": "${name}"`);
  });
});

describe('a change of the workflow', () => {
  test('that breaks every open verification fails with every history', async () => {
    expect(await caughtBy('pause-first')).toEqual([...histories.keys()]);
  });

  test('that breaks some open verifications fails with their histories only', async () => {
    const caught = await caughtBy('fewer-attempts');
    expect(caught).toContain('max-attempts');
    expect(caught).not.toContain('verified-by-update');
  });

  test('that uses patched(), and so affects only new verifications, fails with no history', async () => {
    expect(await caughtBy('pause-first-patched')).toEqual([]);
  });
});
