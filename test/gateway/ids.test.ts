import { randomBytes, randomUUID } from 'node:crypto';
import { formatVerificationId, parseVerificationId, workflowIdFor } from '../../src/gateway/ids';

test('a public id of 64 URL-safe characters finds workflow, run and nonce again', () => {
  const id = {
    workflowId: workflowIdFor(randomBytes(16)),
    runId: randomUUID(),
    nonce: randomBytes(16).toString('base64url'),
  };
  const publicId = formatVerificationId(id);
  expect(publicId).toMatch(/^[A-Za-z0-9_-]{64}$/);
  expect(parseVerificationId(publicId)).toEqual(id);
});

test.each(['', 'abc', 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(63)}=`, `${'a'.repeat(63)}/`])(
  '%j was never an id',
  (publicId) => expect(parseVerificationId(publicId)).toBeUndefined(),
);
