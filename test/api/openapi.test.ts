import type { RouteOptions } from 'fastify';
import { createPayloadReader } from '../../src/temporal/payload-reader';
import { errorCodes } from '../../src/domain/refusals';
import { finalStatuses } from '../../src/domain/types';
import { openApiFaults } from '../fuzz/schemathesis';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { Conformance, openApiDocument, type OpenApiDocument, type Operation } from '../support/openapi';
import { startService, testKeyRing, type Service } from '../support/service';

let server: DevServer;
let service: Service;
let document: OpenApiDocument;
const routes: RouteOptions[] = [];

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({
    ...server,
    withWorker: false,
    codecServer: { token: 'operators', origin: undefined, decode: createPayloadReader(testKeyRing) },
  });
  service.app.addHook('onRoute', (route) => void routes.push(route));
  document = await openApiDocument(service.app);
});

afterAll(async () => {
  await service.stop();
  await server.close();
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
  }, 120_000);

  test('contains every route, except those that answer 405', () => {
    const refusals = routes.filter(({ schema }) => schema?.hide === true);
    for (const { handler, onRequest } of refusals) expect(handler).toBe(onRequest);
    const shownRoutes = routes.filter((route) => !refusals.includes(route));
    const registered = shownRoutes.flatMap(({ method, url }) =>
      [method].flat().map((each) => `${each} ${url.replaceAll(/:(\w+)/g, '{$1}')}`),
    );
    const shown = registered.filter((name) => !/^(HEAD|OPTIONS) /.test(name));
    expect(shown.length).toBeGreaterThan(15);
    expect(operations().map(([name]) => name)).toEqual(expect.arrayContaining([...new Set(shown)]));
  });

  test('gives each operation a summary, its security schemes and the media type of its errors', () => {
    for (const [name, { summary, security, responses }] of operations()) {
      expect([name, summary]).toEqual([name, expect.stringMatching(/\S/)]);
      expect([name, security]).toEqual([name, expect.any(Array)]);
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      for (const [, { content }] of errors)
        expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
      expect(Object.values(responses).map(({ description }) => description)).not.toContain(
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
