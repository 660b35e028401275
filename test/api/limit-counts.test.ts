import { hashOf } from '../../src/crypto/api-keys';
import { createLimits, type Budgets } from '../../src/api/limits';
import { createApiMetrics } from '../../src/telemetry/api-metrics';
import { createTenants } from '../../src/tenants/registry';
import { DEFAULT_TENANT, type TenantLimits, type VerifyService } from '../../src/tenants/tenant';
import { DEFAULT_POLICY, testDigests } from '../support/service';

const NO_BUDGETS: Budgets = {
  country: { general: undefined, countries: [] },
  prefix: undefined,
  messagesPerSecond: undefined,
};
const number = { e164: '+14255550123', country: 'US' };
const rateLimited = { code: 'rate_limited' };

const limitsWith = (
  budgets: Partial<Budgets>,
  rules: { readonly limits?: TenantLimits; readonly verify?: Partial<VerifyService> } = {},
) =>
  createLimits({
    budgets: { ...NO_BUDGETS, ...budgets },
    tenants: createTenants([
      {
        tenant: {
          id: DEFAULT_TENANT,
          policy: DEFAULT_POLICY,
          cooldownSeconds: [0],
          numberRules: { allowedCountries: undefined, phoneNumberCheck: 'possible', testNumbers: [] },
          limits: rules.limits ?? { caller: undefined, clientIp: undefined },
          verify: rules.verify as VerifyService | undefined,
        },
        apiKeyHashes: [hashOf('alice')],
      },
    ]),
    redis: undefined,
    digests: testDigests,
    metrics: createApiMetrics(),
  });

test('a refused message does not count: a canceled reservation makes room for the next message', async () => {
  const limits = limitsWith({ prefix: { max: 1, periodMs: 3_600_000 } });
  const first = await limits.reserveMessage(number);
  await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
  await first.cancel();
  await limits.reserveMessage(number);
  await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
});

test('a message that exceeds the budget of its country does not count for its block', async () => {
  const limits = limitsWith({
    prefix: { max: 2, periodMs: 3_600_000 },
    country: { general: { max: 1, periodMs: 3_600_000 }, countries: [] },
  });
  const first = await limits.reserveMessage(number);
  for (let i = 0; i < 5; i++) await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
  await first.cancel();
  await limits.reserveMessage(number);
});

test('a request that a later limit refuses does not count against the earlier ones', async () => {
  const anHour = (max: number) => ({ max, periodMs: 3_600_000 });
  const limits = limitsWith(
    {},
    {
      limits: { caller: anHour(2), clientIp: anHour(2) },
      verify: { rateLimits: { login: anHour(3), device: anHour(1) } },
    },
  );
  const request = (caller: string, clientIp: string, device: string) =>
    limits.countRequest({ tenantId: DEFAULT_TENANT, caller, clientIp, named: { login: 'alice', device } });
  await request('app', '198.51.100.7', 'one');
  await expect(request('app', '198.51.100.8', 'one')).rejects.toMatchObject({
    refusal: { limit: 'named:device' },
  });
  await request('app', '198.51.100.9', 'two');
  await expect(request('app', '198.51.100.8', 'three')).rejects.toMatchObject({
    refusal: { limit: 'caller' },
  });
  await expect(request('other', '198.51.100.7', 'one')).rejects.toMatchObject({
    refusal: { limit: 'named:device' },
  });
  await request('other', '198.51.100.8', 'three');
  await expect(request('other', '198.51.100.8', 'four')).rejects.toMatchObject({
    refusal: { limit: 'named:login' },
  });
});

test('a cancel after the period does not change the count of the next period', async () => {
  jest.useFakeTimers();
  const limits = limitsWith({ messagesPerSecond: { max: 2, periodMs: 1_000 } });
  const reservations = [await limits.reserveResend(), await limits.reserveResend()];
  jest.advanceTimersByTime(1_100);
  for (const reservation of reservations) await reservation.cancel();
  await limits.reserveResend();
  await limits.reserveResend();
  await expect(limits.reserveResend()).rejects.toMatchObject({
    refusal: { ...rateLimited, retryAfterSeconds: 1 },
  });
  jest.useRealTimers();
});
