import { createResend } from '../../src/gateway/resend';
import type { OpenRuns } from '../../src/gateway/open-runs';
import type { ResendOutcome } from '../../src/workflows/definitions';
import { testDigests } from '../support/service';

const ID = { tenantId: 'shop', workflowId: 'workflow', runId: 'run', nonce: 'nonce' };
const BY_KEY = { caller: 'app', idempotencyKey: 'key' };

interface Sent {
  readonly request: { readonly id: string; readonly fieldsDigest: string };
}

/** Resends to a workflow that answers each request with `answered`. */
function resendTo(answered: (request: Sent['request']) => ResendOutcome['answered']) {
  const update = async (_id: unknown, _update: unknown, { request }: Sent) => ({
    answered: answered(request),
  });
  return createResend({ update } as unknown as Pick<OpenRuns, 'update'>, testDigests);
}

test.each([
  [true, 'requested'],
  [false, 'joined'],
] as const)(
  'a resend for which the workflow requested a message (%s) is %s: only then it counts as a message',
  async (isMessageRequested, outcome) => {
    const resend = resendTo((request) => ({ ...request, isMessageRequested }));
    expect(await resend(ID, BY_KEY)).toMatchObject({ outcome });
  },
);

test('an answer to an earlier request with the same key is a repeat', async () => {
  const resend = resendTo((request) => ({ ...request, id: 'another', isMessageRequested: true }));
  expect(await resend(ID, BY_KEY)).toMatchObject({ outcome: 'repeated' });
});

test('a key that was used for a request with other fields is refused', async () => {
  const resend = resendTo((request) => ({ ...request, fieldsDigest: 'other', isMessageRequested: true }));
  await expect(resend(ID, BY_KEY)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
});
