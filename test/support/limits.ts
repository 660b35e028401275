import type { Redis } from 'ioredis';
import { hashOf } from '../../src/crypto/api-keys';
import { DEFAULT_TENANT } from '../../src/domain/tenant-id';
import { createLimits, type Budgets, type Limits } from '../../src/limits/limits';
import { createApiMetrics } from '../../src/telemetry/api-metrics';
import { createTenants } from '../../src/tenants/registry';
import type { TenantLimits, VerifyService } from '../../src/tenants/tenant';
import { DEFAULT_POLICY, testDigests } from './service';

const NO_BUDGETS: Budgets = {
  country: { general: undefined, countries: [] },
  prefix: undefined,
  messagesPerSecond: undefined,
};

interface LimitsRules {
  readonly limits?: TenantLimits;
  readonly verify?: Partial<VerifyService>;
  readonly redis?: Redis;
  /** Tenants beside `default`, with the same limits. Default: none. */
  readonly otherTenants?: readonly string[];
}

/** The limits of the default tenant. By default, there are none. */
export function limitsWith(budgets: Partial<Budgets>, rules: LimitsRules = {}): Limits {
  return createLimits({
    budgets: { ...NO_BUDGETS, ...budgets },
    tenants: createTenants(
      [DEFAULT_TENANT, ...(rules.otherTenants ?? [])].map((id) => ({
        tenant: {
          id,
          policy: DEFAULT_POLICY,
          cooldownSeconds: [0],
          numberRules: { allowedCountries: undefined, phoneNumberCheck: 'possible', testNumbers: [] },
          limits: rules.limits ?? { caller: undefined, clientIp: undefined },
          verify: rules.verify as VerifyService | undefined,
        },
        apiKeyHashes: [hashOf(id)],
      })),
    ),
    redis: rules.redis,
    digests: testDigests,
    metrics: createApiMetrics(),
  });
}
