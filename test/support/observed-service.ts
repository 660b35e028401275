import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { freePort, LOOPBACK } from '../../harness/ports';
import { temporalSpec } from '../../harness/service/process-specs';
import type { SmsSandbox } from '../../sandbox';
import { createTemporalClient } from '../../src/temporal/client';
import { LoggedProcess } from './logged-process';
import { requiredEnv } from './required-env';
import { RunningService } from './running-service';

const NAMESPACE = 'default';

/** The service with its own Temporal server, which stores its data in a file and logs at level info. */
export interface ObservedService {
  readonly sandbox: SmsSandbox;
  readonly processes: RunningService;
  /** Everything that was written, by place: files, output of processes, Temporal's list of runs. */
  writtenData(): Promise<Record<string, Buffer | string>>;
  /** The decrypted summaries of runs, activities and timers, which the Web UI shows. */
  summaries(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface ObservedServiceOptions {
  /** The environment of the service's processes. */
  readonly env: Record<string, string>;
  readonly account: { readonly accountSid: string; readonly authToken: string };
  /** Decrypts the service's payloads. Default: they are not encrypted. */
  readonly codec?: PayloadCodec;
}

export async function startObservedService({
  env,
  account,
  codec,
}: ObservedServiceOptions): Promise<ObservedService> {
  const directory = await mkdtemp(path.join(tmpdir(), 'observed-service-'));
  const port = await freePort();
  const spec = temporalSpec({
    executable: requiredEnv('TEST_TEMPORAL_CLI'),
    port,
    dbFile: path.join(directory, 'temporal.db'),
  });
  const temporal = new LoggedProcess({ ...spec, args: [...spec.args, '--log-level', 'info'] });
  await temporal.start();

  const address = `${LOOPBACK}:${port}`;
  const client = createTemporalClient({ connection: { address }, namespace: NAMESPACE });
  const processes = await RunningService.create({ TEMPORAL_ADDRESS: address, ...env }, account);

  return {
    sandbox: processes.sandbox,
    processes,

    async writtenData() {
      const names = await readdir(directory);
      const files = names.map(async (name) => [name, await readFile(path.join(directory, name))] as const);
      return {
        ...Object.fromEntries(await Promise.all(files)),
        "API's and workers' output": processes.output,
        "Temporal's output": temporal.lines.join('\n'),
        "Temporal's list of runs": await listedRuns(client),
      };
    },

    async summaries() {
      const payloads = (await histories(client)).flatMap(({ events }) =>
        (events ?? []).flatMap(({ userMetadata }) => userMetadata?.summary ?? []),
      );
      const plain = codec === undefined ? payloads : await codec.decode(payloads);
      return plain.map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
    },

    async stop() {
      await processes.stop();
      await client.connection.close();
      await temporal.stop();
      await rm(directory, { recursive: true });
    },
  };
}

async function runs(client: Client) {
  const { executions } = await client.workflowService.listWorkflowExecutions({ namespace: NAMESPACE });
  return executions;
}

/** All fields of the runs, for example ids, memos and search attributes, with the decoded bytes of payloads. */
async function listedRuns(client: Client): Promise<string> {
  return JSON.stringify(await runs(client), (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('latin1') : value,
  );
}

async function histories(client: Client) {
  const handles = (await runs(client)).map(({ execution }) =>
    client.workflow.getHandle(execution?.workflowId ?? '', execution?.runId ?? ''),
  );
  return Promise.all(handles.map((handle) => handle.fetchHistory()));
}
