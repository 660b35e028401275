import { errorCodes } from 'fastify';
import { toProblem } from '../../../src/api/problem/problem';

const { FST_ERR_CTP_BODY_TOO_LARGE, FST_ERR_CTP_INVALID_CONTENT_LENGTH, FST_ERR_REP_INVALID_PAYLOAD_TYPE } =
  errorCodes;

test.each([
  [400, 'invalid_request', FST_ERR_CTP_INVALID_CONTENT_LENGTH],
  [413, 'invalid_request', FST_ERR_CTP_BODY_TOO_LARGE],
  // A mistake of ours, not of the caller.
  [500, 'internal_error', FST_ERR_REP_INVALID_PAYLOAD_TYPE],
])('an error of Fastify with the status %i is answered %s', (status, code, FastifyError) => {
  expect(toProblem(new FastifyError())).toMatchObject({ status, body: { status, code } });
});

test('an unforeseen error is 500, and the answer does not name its cause', () => {
  const { status, body } = toProblem(new Error('no property of +14255550123'));

  expect([status, body['code']]).toEqual([500, 'internal_error']);
  expect(JSON.stringify(body)).not.toContain('property');
});
