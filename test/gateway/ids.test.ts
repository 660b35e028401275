import { randomBytes, randomUUID } from 'node:crypto';
import { formatVerificationId, parseVerificationId, workflowIdFor } from '../../src/gateway/ids';

test('a public id has 64 URL-safe characters and contains workflow ID, run id and nonce', () => {
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
  '%j is not a public id',
  (publicId) => expect(parseVerificationId(publicId)).toBeUndefined(),
);
