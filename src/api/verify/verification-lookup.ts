import type { VerifySids } from '../../crypto/verify-sids';
import { VerificationError } from '../../domain/refusals';
import type { VerificationRef, Verifications } from '../../gateway/verifications';
import { acceptedPhoneNumber } from '../../numbers/phone-number';
import { VerifyApiError } from './errors';
import type { ServiceTenant } from './resources';

/** How a request names a verification: by its SID, by its number, or by both. */
export interface NamedBy {
  readonly sid?: string | undefined;
  /** E.164. */
  readonly to?: string | undefined;
}

/** Finds the verification that a request names: always the last one of its number. */
export function createVerificationLookup(verifications: Verifications, sids: VerifySids) {
  /**
   * @throws VerificationError `not_found` if the number has no verification, or the SID is not that of its last one
   * @throws VerifyApiError 60221 if the request names none
   */
  return async function lookup(tenant: ServiceTenant, { sid, to }: NamedBy): Promise<VerificationRef> {
    if (sid === undefined && to === undefined)
      throw new VerifyApiError(400, 60221, 'No target verification specified');
    const number = to === undefined ? undefined : acceptedPhoneNumber(to, tenant.numberRules).e164;
    const named = sid === undefined ? undefined : open(tenant, sid);
    const isOther = named !== undefined && number !== undefined && named.phoneNumber !== number;
    const phoneNumber = number ?? named?.phoneNumber;
    const id =
      isOther || phoneNumber === undefined ? undefined : await verifications.latestId(tenant.id, phoneNumber);
    if (id === undefined || named?.is(id) === false) throw new VerificationError({ code: 'not_found' });
    return { tenantId: tenant.id, id };
  };

  function open({ verify }: ServiceTenant, sid: string) {
    const named = sids.openVerification(verify.serviceSid, sid);
    if (!named) throw new VerificationError({ code: 'not_found' });
    return named;
  }
}
