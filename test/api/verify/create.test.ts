import { createMessageRequests } from '../../../src/api/message-requests';
import { createCreate } from '../../../src/api/verify/create';
import type { ServiceTenant } from '../../../src/api/verify/resources';
import { VerificationError } from '../../../src/domain/refusals';
import { DEFAULT_TENANT } from '../../../src/domain/tenant-id';
import type { IdentifiedView, Verifications } from '../../../src/gateway/verifications';
import type { Limits } from '../../../src/limits/limits';
import type { VerifyService } from '../../../src/tenants/tenant';
import { limitsWith } from '../../support/limits';
import { DEFAULT_POLICY } from '../../support/service';

const number = { e164: '+14255550123', country: 'US' };
const rateLimited = { code: 'rate_limited' };

describe('of a joining create,', () => {
  const anHour = (max: number) => ({ max, periodMs: 3_600_000 });
  const tenant: ServiceTenant = {
    id: DEFAULT_TENANT,
    policy: DEFAULT_POLICY,
    cooldownSeconds: [0],
    numberRules: { allowedCountries: undefined, phoneNumberCheck: 'possible', testNumbers: [] },
    limits: { caller: undefined, clientIp: undefined },
    verify: {} as VerifyService,
  };
  const form = { to: number.e164, customCode: undefined, wording: {}, deviceIp: undefined, rateLimits: {} };
  const open = { id: 'open', phoneNumber: number.e164, status: 'pending' } as IdentifiedView;

  /** Creates for an open verification. `resend`: the gateway's answer, at each try. */
  function creates(limits: Limits, resend: Verifications['resend']) {
    const start: Verifications['start'] = async ({ countRequest }) => {
      await countRequest();
      return { outcome: 'joined', verification: open };
    };
    const verifications = { start, resend } as Verifications;
    const messageRequests = createMessageRequests({ verifications, limits });
    const create = createCreate({ verifications, messageRequests });
    return (key?: string) => create({ id: 'app', tenant }, form, key);
  }

  test('a repeat spends nothing, and a budget that is used up does not refuse it', async () => {
    const limits = limitsWith({ messagesPerSecond: anHour(2), prefix: anHour(2) });
    let outcome: 'requested' | 'repeated' | 'joined' = 'requested';
    const limited: unknown[] = [];
    const create = creates(limits, async (_ref, { onlyRepeat }) => {
      limited.push(onlyRepeat);
      if (onlyRepeat === true && outcome === 'requested') throw new VerificationError(rateLimitedRefusal);
      return { outcome, verification: open };
    });
    const rateLimitedRefusal = { code: 'rate_limited' } as const;
    await create('one');
    for (outcome of ['repeated', 'joined', 'repeated'] as const) await create('one');
    // One message is left.
    await limits.reserveMessage(number);
    await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
    expect(await create('one')).toBe(open);
    outcome = 'requested';
    await expect(create('two')).rejects.toMatchObject({ refusal: { limit: 'texts-per-second' } });
    await expect(create()).rejects.toMatchObject({ refusal: { limit: 'texts-per-second' } });
    expect(limited).toEqual([false, false, false, false, true, true]);
  });

  test('one that meets the end of the verification counts as one request', async () => {
    const limits = limitsWith({}, { limits: { caller: anHour(2), clientIp: undefined } });
    let tries = 0;
    const create = creates(limits, async () => {
      tries += 1;
      if (tries < 3) throw new VerificationError({ code: 'verification_ended' });
      return { outcome: 'requested', verification: open };
    });
    await create();
    expect(tries).toBe(3);
    await create();
    await expect(create()).rejects.toMatchObject({ refusal: { limit: 'caller' } });
  });
});
