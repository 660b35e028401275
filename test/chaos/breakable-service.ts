import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { findTemporalCli } from '../../harness/executables/find-executable';
import { freePort, LOOPBACK, urlOf } from '../../harness/ports';
import { makeBuildDirectory } from '../../harness/project';
import { buildService, scriptsIn, type ServiceScripts } from '../../harness/service/build-service';
import { temporalSpec } from '../../harness/service/process-specs';
import { NO_LIMITS } from '../../harness/service/service-environment';
import { ServiceSetup } from '../../harness/service/service-setup';
import type { SmsSandbox } from '../../sandbox';
import { LoggedProcess } from '../support/logged-process';
import { serviceBuild } from '../support/service-build';
import { startTestSandbox } from '../support/test-sandbox';

/** The service with its own Temporal server. Every process can be killed. The SMS sandbox runs in this process. */
export interface BreakableService {
  readonly sandbox: SmsSandbox;
  readonly temporal: LoggedProcess;
  readonly temporalAddress: string;
  readonly api: LoggedProcess;
  readonly apiUrl: string;
  /** The worker is not started yet. */
  createWorker(smsUrl: string): LoggedProcess;
  stop(): Promise<void>;
}

export const API_KEY = 'caller';

/** Builds the service and starts the SMS sandbox, but not Temporal and the API. Temporal stores its data in a file. */
export async function prepareBreakableService(): Promise<BreakableService> {
  const directory = await makeBuildDirectory('service');
  const [scripts, executable, sandbox] = await Promise.all([
    build(directory),
    process.env['TEST_TEMPORAL_CLI'] ?? findTemporalCli(),
    startTestSandbox(),
  ]);
  const [temporalPort, port] = [await freePort(), await freePort()];
  const temporalAddress = `${LOOPBACK}:${temporalPort}`;
  const setup = new ServiceSetup({
    scripts,
    // All settings except limits have the service's defaults, so that the test shows its normal behaviour.
    env: {
      ...NO_LIMITS,
      NODE_ENV: 'production',
      HOST: LOOPBACK,
      PORT: `${port}`,
      PUBLIC_URL: urlOf(LOOPBACK, port),
      API_KEYS: API_KEY,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_TASK_QUEUE: `chaos-${randomUUID()}`,
      TWILIO_API_URL: sandbox.url,
    },
  });
  const dbFile = path.join(directory, 'temporal.db');
  const temporal = new LoggedProcess(temporalSpec({ executable, port: temporalPort, dbFile }));
  const apiSpec = await setup.apiSpec();
  const api = new LoggedProcess(apiSpec);
  const workers: LoggedProcess[] = [];

  return {
    sandbox,
    temporal,
    temporalAddress,
    api,
    apiUrl: apiSpec.url,
    createWorker(smsUrl) {
      const spec = setup.workerSpec({ TWILIO_API_URL: smsUrl }, `worker-${workers.length + 1}`);
      const worker = new LoggedProcess(spec);
      workers.push(worker);
      return worker;
    },
    async stop() {
      await Promise.all([...workers, api, temporal].map((process) => process.kill()));
      await setup.close();
      await sandbox.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** In a test run, uses the build that all tests share. `npm run test:chaos` runs without Jest. */
async function build(directory: string): Promise<ServiceScripts> {
  const isTestRun = process.env['TEST_DIRECTORY'] !== undefined;
  return isTestRun ? scriptsIn(await serviceBuild()) : buildService(directory);
}
