import { createMessageRequests } from '../../src/api/message-requests';
import { VerificationError, type ErrorCode } from '../../src/domain/refusals';
import type { IdentifiedView, Verifications } from '../../src/gateway/verifications';
import { limitsWith } from '../support/limits';
import { serviceTenant } from '../support/service';

const { tenant } = serviceTenant('default');
const open = { id: 'open', phoneNumber: '+14255550123', status: 'pending' } as IdentifiedView;

/** Resends with a limit of one message in an hour. `errors`: those of the gateway, one for each resend. */
function resends(...errors: (ErrorCode | undefined)[]) {
  const limits = limitsWith({ messagesPerSecond: { max: 1, periodMs: 3_600_000 } });
  const verifications = {
    resend: async () => {
      const code = errors.shift();
      if (code !== undefined) throw new VerificationError({ code });
      return { outcome: 'requested', verification: open };
    },
  } as Partial<Verifications> as Verifications;
  const messageRequests = createMessageRequests({ verifications, limits });
  return () => messageRequests.resend({ tenant, caller: 'app', clientAddress: undefined, id: open.id });
}

test.each(['resend_too_soon', 'resend_limit_reached', 'verification_ended', 'not_found'] as const)(
  'a resend that is refused with %s makes room for another message',
  async (code) => {
    const resend = resends(code);
    await expect(resend()).rejects.toMatchObject({ code });
    expect(await resend()).toBe(open);
  },
);

test.each(['worker_unavailable', 'temporal_unavailable'] as const)(
  'a resend that is answered %s keeps its place: its message may still be sent',
  async (code) => {
    const resend = resends(code);
    await expect(resend()).rejects.toMatchObject({ code });
    await expect(resend()).rejects.toMatchObject({ refusal: { limit: 'texts-per-second' } });
  },
);
