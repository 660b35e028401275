import { createTemporalClient } from '../src/temporal/client';
import { verifyServiceNames } from '../src/tenants/verify-services';
import { banner, type BannerFacts } from './banner';
import { configureDevelopment, type DevConfiguration } from './configuration';
import { keepFilesPrivate } from './data-folder';
import { unusedEnvFile } from './env-file';
import { smsSandboxUrl } from './environment';
import { assertPortsAreFree, LOOPBACK, urlOf, type WantedPort } from '../harness/ports';
import { readableLine } from '../harness/processes/readable-line';
import { onStopSignals } from '../harness/processes/stop-signals';
import { Supervisor } from '../harness/processes/supervisor';
import { apiProcess, smsSandboxProcess, temporalProcess, workerProcesses } from './service-processes';
import { chooseMetricsPorts, wantedMetricsPorts, type MetricsPort } from './metrics-ports';
import { findTemporalCli } from '../harness/executables/find-executable';

/** `npm run dev`: runs the service and everything that it needs, each as a process, until Ctrl-C. */
async function main(): Promise<void> {
  const unused = unusedEnvFile(process.cwd(), process.env);
  if (unused !== undefined) print(unused);
  const configuration = configureDevelopment(process.env);
  const ports = wantedPorts(configuration);
  await assertPortsAreFree(ports);
  const metricsPorts = await chooseMetricsPorts(
    configuration,
    ports.map(({ port }) => port),
  );
  const executable = configuration.settings.hasTemporalAddress ? undefined : await findTemporalCli({ print });

  // Only now: downloads in .cache are not secret, and other users of this checkout may need them.
  keepFilesPrivate();
  const supervisor = new Supervisor(print, process.stdout.isTTY ? readableLine : undefined);
  let isStopping = false;
  onStopSignals({
    stop: () => {
      isStopping = true;
      print('Stopping. Press Ctrl-C again to end everything immediately.');
      void supervisor.stop();
    },
    kill: () => {
      supervisor.kill();
      process.exit(1);
    },
  });

  try {
    await startAll(supervisor, configuration, executable, metricsPorts);
    print(banner(bannerFacts(configuration, metricsPorts)));
  } catch (error) {
    if (isStopping) return;
    await supervisor.stop();
    throw error;
  }
}

async function startAll(
  supervisor: Supervisor,
  configuration: DevConfiguration,
  executable: string | undefined,
  metricsPorts: readonly MetricsPort[],
) {
  await supervisor.start(
    ...(executable === undefined ? [] : [temporalProcess(executable, configuration)]),
    smsSandboxProcess(configuration),
  );
  const client = createTemporalClient(configuration.config.temporal);
  await supervisor.start(
    apiProcess(configuration, metricsPorts),
    ...workerProcesses(configuration, client, metricsPorts),
  );
  // Not after an error: a worker's probe may still use it, and this process ends.
  await client.connection.close();
}

function wantedPorts(configuration: DevConfiguration): WantedPort[] {
  const { settings, config } = configuration;
  const { smsSandboxPort, temporalPort, temporalUiPort } = settings;
  const temporal = [
    { host: LOOPBACK, port: temporalPort, variable: 'TEMPORAL_DEV_PORT', user: 'Temporal' },
    { host: LOOPBACK, port: temporalUiPort, variable: 'TEMPORAL_UI_PORT', user: "Temporal's Web UI" },
  ];
  return [
    { host: config.host, port: config.port, variable: 'PORT', user: 'the API' },
    { host: LOOPBACK, port: smsSandboxPort, variable: 'SMS_SANDBOX_PORT', user: 'the SMS sandbox' },
    ...wantedMetricsPorts(configuration),
    ...(settings.hasTemporalAddress ? [] : temporal),
  ];
}

function bannerFacts(
  { settings, config, env }: DevConfiguration,
  metricsPorts: readonly MetricsPort[],
): BannerFacts {
  const { temporalUiPort, smsSandboxPort, hasTemporalAddress } = settings;
  return {
    apiUrl: urlOf(isReachedLocally(config.host) ? 'localhost' : config.host, config.port),
    hasTryItPage: config.tryItPage !== undefined,
    apiKey: config.apiKeys[0] ?? '',
    metrics: metricsPorts,
    codeLength: config.rules.policy.codeLength,
    verifyServices: verifyServiceNames(config.tenants),
    smsSandboxUrl: `http://localhost:${smsSandboxPort}`,
    usesSandbox: env['TWILIO_API_URL'] === smsSandboxUrl(settings),
    temporalAddress: config.temporal.connection.address,
    temporalUiUrl: hasTemporalAddress ? undefined : `http://localhost:${temporalUiPort}`,
  };
}

function isReachedLocally(host: string): boolean {
  return [LOOPBACK, '0.0.0.0', '::', '::1', 'localhost'].includes(host);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
