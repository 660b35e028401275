import { exactly } from '../support/verify-schemas';
import { pathParameters } from './verify-fields';
import { operations, type VerifyOperation } from './verify-operations';

const header = (type: string, required = false) => ({ required, schema: { type } });

/** The headers of errors. */
const errorHeaders: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': header('string', true) },
  429: { 'Retry-After': header('integer'), 'Twilio-Reached-Rate-Limit': header('string') },
};

/**
 * The OpenAPI document of Twilio Verify's API as this service has it. The service does not publish one. The operations
 * that refuse every request have the tag `refused`.
 */
export const verifyDocument = {
  openapi: '3.1.0',
  info: { title: 'Twilio Verify', version: '2' },
  security: [{ basic: [] }],
  paths: Object.fromEntries(
    Object.entries(operations).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, documented(path, operation)]),
      ),
    ]),
  ),
  components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } },
};

function documented(path: string, { query = {}, form, isRepeatable, answer, errors }: VerifyOperation) {
  const inPath = Object.entries(pathParameters).filter(([name]) => path.includes(`{${name}}`));
  return {
    ...(!answer && { tags: ['refused'] }),
    parameters: [
      ...inPath.map(([name, schema]) => ({ in: 'path', name, required: true, schema })),
      ...Object.entries(query).map(([name, schema]) => ({ in: 'query', name, schema })),
      ...(isRepeatable ? [{ in: 'header', name: 'Idempotency-Key', schema: { type: 'string' } }] : []),
    ],
    ...(form && {
      requestBody: content('application/x-www-form-urlencoded', {
        type: 'object',
        properties: form.fields,
        required: form.required,
      }),
    }),
    responses: {
      ...(answer && { [answer.status]: response(answer.schema) }),
      ...Object.fromEntries(
        Object.entries({ ...errors, 401: [20003] }).map(([status, codes]) => [
          status,
          response(errorBody(Number(status), codes), errorHeaders[Number(status)]),
        ]),
      ),
    },
  };
}

function response(schema: object, headers: object = {}) {
  return { description: '', headers, ...content('application/json', schema) };
}

function content(mediaType: string, schema: object) {
  return { content: { [mediaType]: { schema } } };
}

/** An error of Twilio with this status and one of these codes. */
function errorBody(status: number, codes: readonly number[]) {
  return {
    anyOf: codes.map((code) =>
      exactly({
        code: { const: code },
        message: { type: 'string', minLength: 1 },
        more_info: { const: `https://www.twilio.com/docs/errors/${code}` },
        status: { const: status },
      }),
    ),
  };
}
