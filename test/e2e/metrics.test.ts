import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../../harness/ports';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { callApi } from '../support/api-client';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { componentAt } from '../support/kubernetes-manifests';
import { serviceEnv, startSource } from '../support/processes';
import { isSelected, parseQuery } from '../support/promql';
import { runToEnd } from '../support/run-to-end';
import { RunningService } from '../support/running-service';
import { declaredMetrics, scrape, valueOf, type Sample, type Scrape } from '../support/scrape';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

// Real processes, a day of theirs, and what Prometheus then reads from them.

const taskQueue = randomUUID();
const TEST_NUMBER = '+14255550199';
const AMERICAN = { tenant: 'default', country: 'US' };
const GERMAN = { tenant: 'default', country: 'DE' };

let server: DevServer;
let service: RunningService;
let host: string;
let url: string;
let metricsPorts: { api: number; brokenApi: number; worker: number };
let api: Scrape;
/** An API whose namespace does not exist. */
let brokenApi: Scrape;
let worker: Scrape;
/** Everything that Prometheus finds. */
let all: Sample[];

const read = (file: string) => readFileSync(path.join(PROJECT_DIRECTORY, file), 'utf8');

async function start(phoneNumber: string): Promise<string> {
  return (await callApi('POST', url, { body: { phoneNumber } })).body.id;
}

async function verify(phoneNumber: string, answer: (code: string) => string): Promise<void> {
  const id = await start(phoneNumber);
  const code = phoneNumber === TEST_NUMBER ? '2168' : await receivedCode(service.sandbox, phoneNumber);
  // If the code arrives before the provider's answer, Temporal may repeat the workflow task, which counts twice.
  await eventually(async () => (await callApi('GET', `${url}/${id}`)).body.status === 'pending');
  await callApi('POST', `${url}/${id}/check`, { body: { code: answer(code) } });
}

async function sendWithAnswer(
  phoneNumber: string,
  stub: { status: number; body: object | string; headers?: Record<string, string>; recorded?: boolean },
): Promise<void> {
  service.sandbox.stubAnswer(phoneNumber, stub);
  await start(phoneNumber);
}

async function useService(): Promise<void> {
  await Promise.all([
    verify(uniquePhoneNumber(), (code) => code),
    verify(uniquePhoneNumber(), wrongCodeFor),
    verify('+4915123456789', (code) => code),
    verify(TEST_NUMBER, (code) => code),
    sendWithAnswer('+447400123401', { status: 400, body: { code: 21610, message: 'no', status: 400 } }),
    sendWithAnswer('+447400123402', { status: 401, body: 'no' }),
    sendWithAnswer('+447400123403', { status: 500, body: 'no', recorded: true }),
    sendWithAnswer('+447400123404', { status: 500, body: 'no' }),
    // The next try would be after the deadline, so there is none.
    sendWithAnswer('+447400123405', { status: 429, body: 'no', headers: { 'retry-after': '60' } }),
    start('+33612345601').then(() => start('+33612345602')),
    callApi('POST', url, { body: {}, apiKey: 'wrong' }),
    callApi('GET', `${url}/unknown`),
    callApi('PUT', url),
    // No code has this workflow type: its task fails.
    server.client.workflow.start('unknown', { workflowId: taskQueue, taskQueue }),
  ]);
}

beforeAll(async () => {
  server = await connectDevServer();
  metricsPorts = { api: await freePort(), brokenApi: await freePort(), worker: await freePort() };
  service = await RunningService.create({
    TEMPORAL_TASK_QUEUE: taskQueue,
    MAX_ATTEMPTS: '1',
    TEST_NUMBERS: `${TEST_NUMBER}=2168@2099-12-31`,
    COUNTRY_BUDGET: '1000/1h,FR=1/1d',
    // Nothing listens there.
    REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
  });
  const [first, broken] = await Promise.all([
    service.startApi({ METRICS_PORT: `${metricsPorts.api}` }),
    service.startApi({ METRICS_PORT: `${metricsPorts.brokenApi}`, TEMPORAL_NAMESPACE: 'missing' }),
  ]);
  ({ host, url } = first);
  // Where deliveries are reported to.
  const PUBLIC_URL = `http://${host}`;
  await service.startWorker({ PUBLIC_URL, WORKER_METRICS_PORT: `${metricsPorts.worker}` });

  await Promise.all([
    useService(),
    callApi('POST', broken.url, { body: { phoneNumber: uniquePhoneNumber() } }),
  ]);
  worker = await eventually(async () => {
    const found = await scrape(metricsPorts.worker);
    const messages = (result: string) =>
      valueOf(found.samples, 'phone_verification_messages_total', { country: 'GB', result });
    const isOver = messages('accepted') === 2 && messages('unknown') === 1;
    const hasFailed = found.text.includes('temporal_workflow_task_execution_failed_total');
    return isOver && hasFailed && found.text.includes('max_attempts_reached') && found;
  });
  api = await eventually(async () => {
    const found = await scrape(metricsPorts.api);
    return found.text.includes('delivery_reports_total{status="delivered"}') && found;
  });
  brokenApi = await scrape(metricsPorts.brokenApi);
  all = [api, brokenApi, worker].flatMap(({ samples }) => samples);
});

afterAll(async () => {
  await service.stop();
  await server.client.workflow.getHandle(taskQueue).terminate();
  await server.close();
});

test('the worker counts verifications and attempts by tenant and country, without test numbers', () => {
  const value = (name: string, labels: Sample['labels']) =>
    valueOf(worker.samples, `phone_verification_${name}`, labels);

  expect(value('started_total', AMERICAN)).toBe(2);
  expect(value('started_total', GERMAN)).toBe(1);
  expect(value('ended_total', { ...AMERICAN, status: 'verified' })).toBe(1);
  expect(value('ended_total', { ...AMERICAN, status: 'max_attempts_reached' })).toBe(1);
  expect(value('ended_total', { ...GERMAN, status: 'verified' })).toBe(1);
  expect(value('attempts_total', { ...AMERICAN, result: 'right' })).toBe(1);
  expect(value('attempts_total', { ...AMERICAN, result: 'wrong' })).toBe(1);
  expect(value('time_to_verify_seconds_count', AMERICAN)).toBe(1);
  expect(value('worker_up', {})).toBe(1);
});

test('the worker counts messages and tries to send by their result', () => {
  const value = (name: string, labels: Sample['labels']) =>
    valueOf(worker.samples, `phone_verification_${name}`, labels);

  expect(value('messages_total', { ...AMERICAN, result: 'accepted' })).toBe(2);
  expect(value('messages_total', { country: 'GB', result: 'accepted' })).toBe(2);
  expect(value('messages_total', { country: 'GB', result: 'refused' })).toBe(2);
  expect(value('messages_total', { country: 'GB', result: 'unknown' })).toBe(1);
  expect(value('send_tries_total', { result: 'accepted' })).toBe(5);
  expect(value('send_tries_total', { result: 'refused' })).toBe(2);
  expect(value('send_tries_total', { result: 'unknown' })).toBe(2);
  expect(value('send_tries_total', { result: 'not_created' })).toBe(1);
  expect(value('send_tries_total', { result: 'found' })).toBe(1);
  expect(value('possible_duplicate_messages_total', {})).toBe(1);
  expect(value('message_refusals_total', { code: '21610', cause: 'recipient' })).toBe(1);
  expect(value('message_refusals_total', { code: '20003', cause: 'operator' })).toBe(1);
});

test('the times of the worker are in seconds, in buckets that fit', () => {
  const bucket = (name: string, le: string) =>
    valueOf(worker.samples, `phone_verification_${name}_bucket`, { le, ...AMERICAN });

  expect(bucket('time_to_verify_seconds', '60')).toBe(1);
  expect(bucket('time_to_send_seconds', '30')).toBe(2);
  expect(valueOf(worker.samples, 'phone_verification_first_task_delay_seconds_bucket', { le: '60' })).toBe(
    10,
  );
});

test('the API counts delivery reports by status, and measures deliveries', () => {
  const name = 'phone_verification_delivery_reports_total';
  const deliveries = valueOf(api.samples, 'phone_verification_time_to_deliver_seconds_count');

  expect(api.text).toContain(`# TYPE ${name} counter`);
  expect(valueOf(api.samples, name, { status: 'sent' })).toBeGreaterThan(0);
  expect(deliveries).toBe(valueOf(api.samples, name, { status: 'delivered' }));
  expect(valueOf(api.samples, 'phone_verification_time_to_deliver_seconds_bucket', { le: '60' })).toBe(
    deliveries,
  );
});

test('the API counts requests, refusals, and limits that it counted without Redis', () => {
  const value = (name: string, labels: Sample['labels'] = {}) =>
    valueOf(api.samples, `phone_verification_${name}`, labels);
  const route = '/verifications';

  expect(value('http_requests_total', { route, method: 'POST', status: '202' })).toBe(10);
  expect(value('http_requests_total', { route, method: 'other', status: '405' })).toBe(1);
  expect(value('http_request_duration_seconds_count', { route, method: 'POST' })).toBe(12);
  expect(value('refusals_total', { code: 'unauthorized' })).toBe(1);
  expect(value('refusals_total', { code: 'not_found' })).toBe(1);
  expect(value('refusals_total', { code: 'rate_limited', limit: 'country' })).toBe(1);
  expect(value('refusals_total', { code: 'invalid_code' })).toBe(0);
  expect(value('redis_fallbacks_total')).toBeGreaterThan(7);
  expect(value('temporal_reachable')).toBe(1);
  expect(value('task_queue_pollers', { task_type: 'workflow' })).toBe(1);
  expect(value('task_queue_backlog_age_seconds', { task_type: 'activity' })).toBe(0);
  expect(value('longest_cooldown_seconds')).toBe(86_400);
});

test('an API that does not reach its namespace says so, and has no values of the task queue', () => {
  expect(valueOf(brokenApi.samples, 'phone_verification_temporal_reachable')).toBe(0);
  expect(
    valueOf(brokenApi.samples, 'phone_verification_refusals_total', { code: 'temporal_unavailable' }),
  ).toBe(1);
  expect(brokenApi.samples.filter(({ name }) => name.includes('task_queue'))).toEqual([]);
  expect(brokenApi.samples.filter(({ name }) => name.includes('retention'))).toEqual([]);
});

test('METRICS_PORT offers the metrics only, and the port of the API does not', async () => {
  const [others, onApi] = await Promise.all([
    fetch(`http://127.0.0.1:${metricsPorts.api}/healthz`),
    fetch(`http://${host}/metrics`),
  ]);

  expect([others.status, onApi.status]).toEqual([404, 404]);
  expect(api.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('docs/production.md lists exactly the metrics of the processes', () => {
  const [, section = ''] = read('docs/production.md').split('\n## Metrics\n');
  const listed = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(phone_verification_\w+)/gm)];
  const declared = [api, worker].flatMap(({ text }) => declaredMetrics(text));

  expect(listed.map(([, name = '']) => name).toSorted()).toEqual(
    declared.filter((name) => name.startsWith('phone_verification_')).toSorted(),
  );
});

test("Kubernetes' startup probe finds a worker that asks for tasks, and no other process", async () => {
  const [command = '', ...args] = componentAt('worker').container.startupProbe.exec?.command ?? [];
  const probe = async (port: number) => {
    const onPort = args.map((arg) => arg.replace(':9465/', `:${port}/`));
    return (await runToEnd(command, onPort, {})).exitCode;
  };

  expect(await Promise.all([probe(metricsPorts.worker), probe(metricsPorts.api), probe(1)])).toEqual([
    0, 1, 1,
  ]);
});

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly definition?: string }[] };
}

const { groups } = parse(read('docs/alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('docs/grafana/dashboard.json')) as Dashboard;
const recorded = rules.flatMap(({ record }) => record ?? []);
/** Prometheus adds these to every metric that it reads. */
const TARGET_LABELS = ['instance', 'job'];

/** The queries that operators paste, one in each line of a block. */
const pastedQueries = [...read('docs/operations.md').matchAll(/^ *```promql\n([\s\S]*?)^ *```$/gm)]
  .flatMap(([, lines = '']) => lines.split('\n'))
  .map((line) => line.trim())
  .filter((line) => line !== '');

test('docs/operations.md has queries to paste', () => {
  expect(pastedQueries.length).toBeGreaterThan(10);
});

const queries = [
  ...pastedQueries.map((query) => ['docs/operations.md', query] as const),
  ...rules.map(({ record, alert, expr }) => [record ?? alert ?? '', expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  // The values of a label: `label_values(metric, label)` is Grafana's, not PromQL.
  ...dashboard.templating.list.flatMap(({ definition = '' }) =>
    [...definition.matchAll(/^label_values\((\w+), (\w+)\)$/g)].map(
      ([, metric = '', label = '']) => [definition, `sum by (${label}) (${metric})`] as const,
    ),
  ),
];

test.each(queries)('%s finds what it asks for: %s', (_, template) => {
  const query = template.replaceAll('$__rate_interval', '5m').replaceAll('$tenant', '.*');
  const { selectors, groupingLabels } = parseQuery(query);
  const measured = selectors.filter(({ metric }) => !recorded.includes(metric));
  const found = measured.map((selector) => all.filter((sample) => isSelected(selector, sample)));
  const labels = new Set([
    ...TARGET_LABELS,
    ...found.flat().flatMap((sample) => Object.keys(sample.labels)),
    // Recorded series have the label that their names begin with.
    ...(measured.length < selectors.length ? ['country'] : []),
  ]);

  expect(selectors.length).toBeGreaterThan(0);
  expect(measured.filter((_selector, index) => found[index]?.length === 0)).toEqual([]);
  expect(groupingLabels.filter((label) => !labels.has(label))).toEqual([]);
});

test.each([
  ['src/server.ts', 'METRICS_PORT'],
  ['src/worker.ts', 'WORKER_METRICS_PORT'],
])('%s ends if the port that %s names is taken', async (script, variable) => {
  const taken = new URL(service.sandbox.url).port;
  const started = startSource(script, serviceEnv({ [variable]: taken, PORT: '0' }));

  expect(await started.exited).toBe(1);
  expect(started.output()).toContain(`The port for metrics can't be used (${variable}=${taken}): EADDRINUSE`);
});
