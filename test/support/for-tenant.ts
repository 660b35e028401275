import type { ResendOptions } from '../../src/gateway/resend';
import type { Verifications } from '../../src/gateway/verifications';

/** The gateway for one tenant. Its methods take only the public id of a verification. */
export type TenantVerifications = ReturnType<typeof forTenant>;

export function forTenant(verifications: Verifications, tenantId = 'default') {
  type Rest<Method extends 'waitForEnd' | 'check' | 'submit' | 'requestCancel'> =
    Parameters<Verifications[Method]> extends [unknown, ...infer Others] ? Others : never;
  const ref = (id: string) => ({ tenantId, id });
  return {
    start: (...args: Parameters<Verifications['start']>) => verifications.start(...args),
    get: (id: string) => verifications.get(ref(id)),
    waitForEnd: (id: string, ...rest: Rest<'waitForEnd'>) => verifications.waitForEnd(ref(id), ...rest),
    check: (id: string, ...rest: Rest<'check'>) => verifications.check(ref(id), ...rest),
    submit: (id: string, ...rest: Rest<'submit'>) => verifications.submit(ref(id), ...rest),
    requestCancel: (id: string, ...rest: Rest<'requestCancel'>) =>
      verifications.requestCancel(ref(id), ...rest),
    assertOpen: (id: string) => verifications.assertOpen(ref(id)),
    resend: (id: string, options: Partial<ResendOptions> = {}) =>
      verifications.resend(ref(id), { caller: 'alice', idempotencyKey: undefined, ...options }),
    approve: (id: string) => verifications.approve(ref(id)),
    cancel: (id: string) => verifications.cancel(ref(id)),
  };
}
