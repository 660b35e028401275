import { errorCodes } from 'fastify';
import { toProblem } from '../../../src/api/problem/problem';

const { FST_ERR_CTP_BODY_TOO_LARGE, FST_ERR_CTP_INVALID_CONTENT_LENGTH, FST_ERR_REP_INVALID_PAYLOAD_TYPE } =
  errorCodes;

test.each([
  [FST_ERR_CTP_INVALID_CONTENT_LENGTH, 400, 'invalid_request'],
  [FST_ERR_CTP_BODY_TOO_LARGE, 413, 'invalid_request'],
  // A mistake of ours, not of the caller.
  [FST_ERR_REP_INVALID_PAYLOAD_TYPE, 500, 'internal_error'],
])('an error of Fastify is the caller’s or ours, as its status says', (FastifyError, status, code) => {
  expect(toProblem(new FastifyError())).toMatchObject({ status, body: { status, code } });
});

test('an unforeseen error is 500, and the answer does not name its cause', () => {
  const { status, body } = toProblem(new Error('no property of +14255550123'));

  expect([status, body['code']]).toEqual([500, 'internal_error']);
  expect(JSON.stringify(body)).not.toContain('property');
});
