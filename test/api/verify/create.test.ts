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
const RATE_LIMITED = { code: 'rate_limited' } as const;

describe('a create for an open verification', () => {
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

  test('uses nothing of a budget if it is a repeat, and is then not refused by one that is used up', async () => {
    const limits = limitsWith({ messagesPerSecond: anHour(2), prefix: anHour(2) });
    let outcome: 'requested' | 'repeated' | 'joined' = 'requested';
    /** For each call of `resend`, whether it may only answer a repeat. */
    const onlyRepeats: unknown[] = [];
    const create = creates(limits, async (_ref, { onlyRepeat }) => {
      onlyRepeats.push(onlyRepeat);
      if (onlyRepeat === true && outcome === 'requested') throw new VerificationError(RATE_LIMITED);
      return { outcome, verification: open };
    });
    await create('one');
    for (outcome of ['repeated', 'joined', 'repeated'] as const) await create('one');
    // One message is left.
    await limits.reserveMessage(number);
    await expect(limits.reserveMessage(number)).rejects.toMatchObject(RATE_LIMITED);
    expect(await create('one')).toBe(open);
    outcome = 'requested';
    await expect(create('two')).rejects.toMatchObject({ refusal: { limit: 'texts-per-second' } });
    await expect(create()).rejects.toMatchObject({ refusal: { limit: 'texts-per-second' } });
    expect(onlyRepeats).toEqual([false, false, false, false, true, true]);
  });

  test('counts as one request, also if the verification ends meanwhile', async () => {
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
