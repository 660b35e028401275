import path from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Worker,
  type InjectedSinks,
  type ReplayWorkerOptions,
} from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import * as messages from '../../src/workflows/definitions';
import type { Measurement, MetricName, MetricSinks } from '../../src/workflows/metrics';
import type { TracingSinks, WorkflowSpan } from '../../src/workflows/tracing';
import { quietRuntime, requiredEnv } from '../support/service';
import { readHistories } from './histories';
import { paths } from './paths';

const histories = readHistories();

/** The Signals and Updates of the workflow. */
const sent = Object.values(messages).flatMap((message) =>
  typeof message === 'object' && message.type !== 'query' ? [message] : [],
);

beforeAll(quietRuntime);

const currentBundle = () => ({ codePath: requiredEnv('TEST_WORKFLOW_BUNDLE') });

/** The error of each history that a workflow can't replay, by its name. `read`: makes a history of its JSON. */
async function replayErrors(
  options: ReplayWorkerOptions,
  read: (json: string) => unknown = (json) => JSON.parse(json) as unknown,
): Promise<Map<string, Error>> {
  const all = [...histories].map(([workflowId, json]) => ({ workflowId, history: read(json) }));
  const errors = new Map<string, Error>();
  const replayed: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(options, all)) {
    replayed.push(workflowId);
    if (error) errors.set(workflowId, error);
  }
  expect(replayed.toSorted()).toEqual([...histories.keys()].toSorted());
  return errors;
}

/** The history with the header that a start, a Signal and an Update have if the API records traces. */
function withTraceHeaders(history: string): unknown {
  const { metadata, data } = defaultPayloadConverter.toPayload({
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  });
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  const payload = { metadata: { encoding: base64(metadata?.['encoding']) }, data: base64(data) };
  return JSON.parse(history, (key, value: unknown) =>
    key === 'header' ? { fields: { '_tracer-data': payload } } : value,
  );
}

/** The histories that a changed workflow can't replay. */
async function caughtBy(change: string): Promise<string[]> {
  const workflowsPath = path.join(__dirname, 'changes', `${change}.ts`);
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const errors = await replayErrors({ workflowBundle });
  expect([...errors.values()].filter((error) => !(error instanceof DeterminismViolationError))).toEqual([]);
  return [...errors.keys()];
}

test('the current workflow can replay every history', async () => {
  expect(await replayErrors({ workflowBundle: currentBundle() })).toEqual(new Map());
});

test('the current workflow can replay every history also with traces, and each span has its own id', async () => {
  const spans: WorkflowSpan[] = [];
  const sinks: InjectedSinks<TracingSinks> = {
    tracing: { spanEnded: { fn: (_info, span) => void spans.push(span), callDuringReplay: true } },
  };
  expect(await replayErrors({ workflowBundle: currentBundle(), sinks }, withTraceHeaders)).toEqual(new Map());

  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  expect(new Set(spans.map(({ name }) => name))).toEqual(
    new Set([
      'RunWorkflow:phoneVerification',
      ...sent.map(({ type, name }) => `Handle${type === 'signal' ? 'Signal' : 'Update'}:${name}`),
    ]),
  );
});

test('every history counts one start and one end, with its status, and a test number neither', async () => {
  const recorded = new Map<string, Measurement[]>();
  const sinks: InjectedSinks<MetricSinks> = {
    verificationMetrics: {
      record: {
        fn: ({ workflowId }, measurements) => {
          recorded.set(workflowId, [...(recorded.get(workflowId) ?? []), ...measurements]);
        },
        callDuringReplay: true,
      },
    },
  };
  await replayErrors({ workflowBundle: currentBundle(), sinks });

  const counted = (name: string, metric: MetricName) =>
    recorded.get(name)?.filter((measurement) => measurement.metric === metric);
  for (const name of histories.keys()) {
    const [walked = ''] = name.split('.');
    const isTestNumber = walked === 'test-number';
    expect([name, counted(name, 'phone_verification_first_task_delay_seconds')?.length]).toEqual([name, 1]);
    expect([name, counted(name, 'phone_verification_started')?.length]).toEqual([name, isTestNumber ? 0 : 1]);
    expect([name, counted(name, 'phone_verification_ended')?.map(({ labels }) => labels['status'])]).toEqual([
      name,
      isTestNumber ? [] : [paths[walked]?.ends],
    ]);
  }
});

describe('the recorded histories', () => {
  test.each(Object.keys(paths))('contain the path %s, with and without search attributes', (name) => {
    expect([...histories.keys()]).toEqual(expect.arrayContaining([name, `${name}.attributes`]));
  });

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
