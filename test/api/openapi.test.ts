import type { RouteOptions } from 'fastify';
import { createPayloadReader } from '../../src/temporal/payload-reader';
import { errorCodes, type ErrorCode } from '../../src/domain/refusals';
import { problemCatalogue, titles } from '../../src/api/problem/problem-catalogue';
import { finalStatuses } from '../../src/domain/types';
import { openApiFaults } from '../fuzz/schemathesis';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  Conformance,
  openApiDocument,
  type Media,
  type OpenApiDocument,
  type Operation,
} from '../support/openapi';
import { startService, testKeyRing, type Service } from '../support/service';

let server: DevServer;
let service: Service;
let document: OpenApiDocument;
const routes: RouteOptions[] = [];
/** What was sent as the document. */
const sentDocuments: unknown[] = [];

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({
    ...server,
    withWorker: false,
    codecServer: { token: 'operators', origin: undefined, decode: createPayloadReader(testKeyRing) },
  });
  service.app.addHook('onRoute', (route) => void routes.push(route));
  service.app.addHook('onSend', async ({ url }, _reply, payload) => {
    if (url === '/openapi.json') sentDocuments.push(payload);
  });
  document = await openApiDocument(service.app);
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

// A client can send hundreds of requests at once and read no answer: without a key, it could fill the memory.
test('all answers share one copy of the document', async () => {
  await service.app.inject('/openapi.json');
  const answer = await service.app.inject('/openapi.json');
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(sentDocuments.at(-1)).toBeInstanceOf(Uint8Array);
  expect(sentDocuments.at(-1)).toBe(sentDocuments.at(-2));
});

const operations = (): [name: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
const operation = (name: string) => operations().find(([each]) => each === name)?.[1];

describe('GET /openapi.json', () => {
  test('needs no key', async () => {
    const response = await service.app.inject('/openapi.json');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.json()).toMatchObject({ openapi: '3.1.0' });
  });

  test('is valid against the JSON schema of OpenAPI 3.1', async () => {
    expect(await openApiFaults(document)).toEqual([]);
    expect(await openApiFaults({ ...document, paths: { verifications: {} } })).not.toEqual([]);
  });

  test('contains every route, except those that answer 405 and the scripts of a page', () => {
    const hidden = routes.filter(({ schema }) => schema?.hide === true);
    for (const { url, handler, onRequest } of hidden)
      expect([url, handler === onRequest || /^\/docs\/\w+\.js$/.test(url)]).toEqual([url, true]);
    const shownRoutes = routes.filter((route) => !hidden.includes(route));
    const registered = shownRoutes.flatMap(({ method, url }) =>
      [method].flat().map((each) => `${each} ${url.replaceAll(/:(\w+)/g, '{$1}')}`),
    );
    const shown = registered.filter((name) => !/^(HEAD|OPTIONS) /.test(name));
    expect(shown.length).toBeGreaterThan(15);
    expect(operations().map(([name]) => name)).toEqual(expect.arrayContaining([...new Set(shown)]));
  });

  test('gives each operation an id that does not change', () => {
    const ids = Object.fromEntries(operations().map(([name, { operationId }]) => [name, operationId]));

    expect(ids).toEqual({
      'POST /verifications': 'startVerification',
      'GET /verifications/{id}': 'getVerification',
      'POST /verifications/{id}/check': 'checkCode',
      'POST /verifications/{id}/signal': 'signalCode',
      'POST /verifications/{id}/resend': 'resendCode',
      'DELETE /verifications/{id}': 'cancelVerification',
      'POST /orchestrators/{name}': 'startOrchestrator',
      'POST /api/orchestrators/{name}': 'startOrchestratorUnderApi',
      'GET /admin/extensions/DurableTaskExtension/instances/{id}': 'getInstanceV1',
      'POST /admin/extensions/DurableTaskExtension/instances/{id}/raiseEvent/{eventName}': 'raiseEventV1',
      'POST /admin/extensions/DurableTaskExtension/instances/{id}/terminate': 'terminateInstanceV1',
      'GET /runtime/webhooks/durabletask/instances/{id}': 'getInstanceV2',
      'POST /runtime/webhooks/durabletask/instances/{id}/raiseEvent/{eventName}': 'raiseEventV2',
      'POST /runtime/webhooks/durabletask/instances/{id}/terminate': 'terminateInstanceV2',
      'POST /webhooks/twilio/status': 'reportDelivery',
      'GET /codec': 'openCodecSession',
      'POST /codec/decode': 'decodePayloads',
      'GET /healthz': 'getLiveness',
      'GET /readyz': 'getReadiness',
      'GET /openapi.json': 'getOpenApiDocument',
      'GET /docs': 'getApiReference',
    });
  });

  test('puts each operation under one tag, and describes each tag', () => {
    const used = operations().map(([, { tags = [] }]) => tags);

    expect(used.filter((tags) => tags.length !== 1)).toEqual([]);
    expect(new Set(document.tags.map(({ name }) => name))).toEqual(new Set(used.flat()));
    for (const { description } of document.tags) expect(description).toMatch(/\S/);
  });

  test('gives each operation words, its security schemes and the media type of its errors', () => {
    for (const [name, { summary, description, security, responses }] of operations()) {
      expect([name, summary]).toEqual([name, expect.stringMatching(/\S/)]);
      expect([name, description]).toEqual([name, expect.stringMatching(/\S/)]);
      expect([name, security]).toEqual([name, expect.any(Array)]);
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      for (const [, { content }] of errors)
        expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
      expect(Object.values(responses).map((response) => response.description)).not.toContain(
        'Default Response',
      );
      const schemes = security.flatMap((alternative) => Object.keys(alternative));
      expect(Object.keys(document.components.securitySchemes)).toEqual(expect.arrayContaining(schemes));
    }
  });

  test.each([
    ['POST /verifications', ['idempotency-key']],
    ['POST /verifications/{id}/check', ['id', 'idempotency-key']],
    ['GET /verifications/{id}', ['id', 'prefer']],
    ['POST /admin/extensions/DurableTaskExtension/instances/{id}/terminate', ['id', 'reason']],
  ])('lists the parameters of %s', (name, parameters) => {
    expect((operation(name)?.parameters ?? []).map((each) => each.name).toSorted()).toEqual(parameters);
  });

  test.each([
    ['POST /verifications', 202, 'Location'],
    ['POST /verifications', 409, 'Retry-After'],
    ['POST /verifications', 503, 'Retry-After'],
    ['GET /verifications/{id}', 200, 'Preference-Applied'],
    ['POST /verifications/{id}/resend', 429, 'Retry-After'],
    ['POST /orchestrators/{name}', 202, 'Location'],
    ['POST /orchestrators/{name}', 202, 'Retry-After'],
  ])('lists for %s the %i response with the header %s', (name, status, header) => {
    expect(Object.keys(operation(name)?.responses[status]?.headers ?? {})).toContain(header);
  });

  test.each([
    ['POST /orchestrators/{name}', ['application/json']],
    ['POST /runtime/webhooks/durabletask/instances/{id}/raiseEvent/{eventName}', ['application/json']],
    ['POST /webhooks/twilio/status', ['application/x-www-form-urlencoded']],
  ])('lists the body types of %s', (name, types) => {
    expect(Object.keys(operation(name)?.requestBody?.content ?? {})).toEqual(types);
  });

  describe('examples', () => {
    const bodies = () =>
      operations().flatMap(([name, { requestBody, responses }]) => [
        ...Object.entries(requestBody?.content ?? {}).map(([type, media]) => ({
          at: ['requestBody', 'content', type],
          name,
          media,
        })),
        ...Object.entries(responses).flatMap(([status, { content = {} }]) =>
          Object.entries(content).map(([type, media]) => ({
            at: ['responses', status, 'content', type],
            name,
            media,
          })),
        ),
      ]);
    const examplesOf = ({ example, examples = {}, schema }: Media): unknown[] => [
      ...(example === undefined ? [] : [example]),
      ...Object.values(examples).map(({ value }) => value),
      ...(schema.examples ?? []),
    ];
    /** The steps from the document to an operation. */
    const stepsTo = (name: string) => {
      const [method = '', path = ''] = name.split(' ');
      return ['paths', path, method.toLowerCase()];
    };

    test('are there for each body, and agree with its schema', () => {
      const conformance = new Conformance(document);
      for (const { name, at, media } of bodies()) {
        const examples = examplesOf(media);
        const isValid = conformance.schemaAt([...stepsTo(name), ...at, 'schema']);
        expect([name, ...at, examples.length > 0]).toEqual([name, ...at, true]);
        const wrong = examples.filter((example) => !isValid(example));
        expect([name, ...at, wrong]).toEqual([name, ...at, []]);
      }
      expect(bodies().length).toBeGreaterThan(100);
    });

    test('of parameters agree with their schemas', () => {
      const conformance = new Conformance(document);
      const checked = operations().flatMap(([name, { parameters = [] }]) =>
        parameters.flatMap((parameter, index) => {
          const isValid = conformance.schemaAt([...stepsTo(name), 'parameters', index, 'schema']);
          return examplesOf(parameter).map((example) => [name, parameter.name, isValid(example)]);
        }),
      );

      expect(checked.length).toBeGreaterThan(10);
      expect(checked.filter(([, , isValid]) => isValid !== true)).toEqual([]);
    });

    test('of errors: each code that the response can have, as the service sends it', () => {
      const errors = bodies().filter(({ at }) => Number(at[1]) >= 400);
      for (const { name, at, media } of errors) {
        const status = Number(at[1]);
        const examples = Object.entries(media.examples ?? {});
        expect([name, status, codesOf(media)]).toEqual([name, status, examples.map(([code]) => code)]);
        for (const [code, { value }] of examples) {
          expect(value).toMatchObject({ type: 'about:blank', title: titles[status], status, code });
          const isTooLarge = status === 413 && code === 'invalid_request';
          expect(isTooLarge || problemCatalogue[code as ErrorCode].status === status).toBe(true);
        }
      }
      const documented = new Set(errors.flatMap(({ media }) => codesOf(media)));
      // No operation has it: it is the answer to a method that a path does not have.
      expect(errorCodes.filter((code) => !documented.has(code))).toEqual(['method_not_allowed']);
    });

    function codesOf({ schema }: Media): readonly string[] {
      const { allOf } = schema as { allOf: [object, { properties: { code: { enum: string[] } } }] };
      return allOf[1].properties.code.enum;
    }
  });

  describe('allows', () => {
    const problem = { type: 'about:blank', title: '', status: 400, detail: '' };
    const verification = {
      id: 'A'.repeat(64),
      phoneNumber: '+14255550123',
      status: 'undeliverable',
      attemptsRemaining: 4,
      createdAt: '2026-11-23T10:00:00.000Z',
      expiresAt: null,
      endedAt: '2026-11-23T10:00:01.000Z',
      links: Object.fromEntries(
        ['self', 'check', 'signal', 'resend', 'cancel'].map((name) => [name, `https://example.com/${name}`]),
      ),
    };
    const accepts = (schema: string, value: object) =>
      new Conformance(document).schemaAt(['components', 'schemas', schema])(value);

    test.each(errorCodes)("in a problem's code: %s", (code) => {
      expect(accepts('Problem', { ...problem, code })).toBe(true);
    });

    test.each(finalStatuses)("in a problem's verificationStatus: %s", (verificationStatus) => {
      expect(accepts('Problem', { ...problem, code: 'verification_ended', verificationStatus })).toBe(true);
    });

    test.each(['worker_unavailable', 'delivery_unknown', '21211', '30008'])(
      "in a delivery error's code: %s",
      (code) => {
        for (const schema of ['Verification', 'CheckedVerification']) {
          const checked = { ...verification, error: { code, message: '' }, verified: false };
          expect(accepts(schema, checked)).toBe(true);
        }
      },
    );

    test('no other values', () => {
      expect(accepts('Problem', { ...problem, code: 'no_such_code' })).toBe(false);
      expect(accepts('Problem', { ...problem, code: 'not_found', verificationStatus: 'pending' })).toBe(
        false,
      );
      for (const code of ['no_such_code', '', '-1', '21211a'])
        expect(accepts('Verification', { ...verification, error: { code, message: '' } })).toBe(false);
    });
  });

  test('contains valid schemas', () => {
    const conformance = new Conformance(document);
    for (const name of Object.keys(document.components.schemas))
      expect(conformance.schemaAt(['components', 'schemas', name])).toBeInstanceOf(Function);
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Verification', 'CheckedVerification', 'Problem', 'ManagementUrls']),
    );
  });
});
