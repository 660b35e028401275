import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { freePort, LOOPBACK } from '../../harness/ports';
import { spawnGuarded } from '../../harness/processes/guarded-process';
import { until } from '../../harness/processes/until';
import { startSmsSandbox, type SmsSandbox } from '../../sandbox';
import { devServerCommand, isDevServerReady } from '../../harness/temporal/dev-server';
import { createTemporalClient } from '../../src/temporal/client';
import { RunningService } from './running-service';
import { requiredEnv } from './service';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const NAMESPACE = 'default';

/** The service on a Temporal server of its own, which keeps everything in a file and logs more than usual. */
export interface WatchedService {
  readonly sandbox: SmsSandbox;
  readonly processes: RunningService;
  /** All that was left behind, by where: files, output, what Temporal lists. */
  traces(): Promise<Record<string, Buffer | string>>;
  /** What operators read in the Web UI of runs, activities and timers, decrypted. */
  summaries(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface WatchedServiceOptions {
  /** What the service's processes run with. */
  readonly env: Record<string, string>;
  readonly account: { readonly accountSid: string; readonly authToken: string };
  /** Reads what the service encrypts. Default: it encrypts nothing. */
  readonly codec?: PayloadCodec;
}

export async function watchService({ env, account, codec }: WatchedServiceOptions): Promise<WatchedService> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watched-service-'));
  const port = await freePort();
  const options = {
    executable: requiredEnv('TEST_TEMPORAL_CLI'),
    port,
    dbFile: path.join(directory, 'temporal.db'),
  };
  const { command, args } = devServerCommand(options);
  const temporalLog: string[] = [];
  const temporal = spawnGuarded({ command, args: [...args, '--log-level', 'info'] }, (line) =>
    temporalLog.push(line),
  );
  const { signal } = new AbortController();
  await until(() => isDevServerReady(options), { what: 'Temporal', limitMs: START_LIMIT_MS, signal });

  const address = `${LOOPBACK}:${port}`;
  const client = createTemporalClient({ connection: { address }, namespace: NAMESPACE });
  const sandbox = await startSmsSandbox({ port: 0, ...account });
  const processes = new RunningService(sandbox, { TEMPORAL_ADDRESS: address, ...env });

  return {
    sandbox,
    processes,

    async traces() {
      const names = await readdir(directory);
      const files = names.map(async (name) => [name, await readFile(path.join(directory, name))] as const);
      return {
        ...Object.fromEntries(await Promise.all(files)),
        "API's and workers' output": processes.output,
        "Temporal's output": temporalLog.join('\n'),
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
      await sandbox.close();
      await client.connection.close();
      await temporal.stop(STOP_LIMIT_MS);
      await rm(directory, { recursive: true });
    },
  };
}

async function runs(client: Client) {
  const { executions } = await client.workflowService.listWorkflowExecutions({ namespace: NAMESPACE });
  return executions;
}

/** Ids, memos, search attributes and what else there is, with every payload's bytes as they are. */
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
