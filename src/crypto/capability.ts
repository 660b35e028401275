import { createHmac, timingSafeEqual } from 'node:crypto';
import { DEFAULT_TENANT } from '../domain/tenant-id';
import type { DerivedKeys, KeyRing } from './key-ring';

/** What a capability permits its holder to do with one verification. */
export type CapabilityPurpose = 'status' | 'event' | 'terminate';

/** The verification that a capability is for. */
export interface CapabilitySubject {
  readonly tenantId: string;
  /** The verification's public id. */
  readonly id: string;
}

/** Capabilities are bearer tokens for one purpose, one verification and a limited time. */
export interface Capabilities {
  /**
   * Returns 51 URL-safe characters, and for a tenant other than `default` a dot and its id. `expiresAt`: epoch
   * milliseconds, rounded down to a second.
   */
  grant(purpose: CapabilityPurpose, subject: CapabilitySubject, expiresAt: number): string;
  /**
   * The id of the tenant to which the capability was granted. Undefined if it is not genuine, has expired, or is for
   * another purpose or verification. `id`: the verification's public id.
   */
  tenantOf(capability: string, purpose: CapabilityPurpose, id: string, now: number): string | undefined;
}

const SEPARATOR = '.';
const EXPIRY_BYTES = 6;
const MAC_BYTES = 32;

/** A capability is: expiry ‖ HMAC(purpose, tenant, verification id, expiry). The HMAC has a derived key of its own. */
export function createCapabilities(keyRing: KeyRing): Capabilities {
  return {
    grant(purpose, subject, expiresAt) {
      const expiry = Buffer.alloc(EXPIRY_BYTES);
      expiry.writeUIntBE(Math.floor(expiresAt / 1000), 0, EXPIRY_BYTES);
      const token = Buffer.concat([expiry, macOf(keyRing.first, purpose, subject, expiry)]).toString(
        'base64url',
      );
      return subject.tenantId === DEFAULT_TENANT ? token : `${token}${SEPARATOR}${subject.tenantId}`;
    },

    tenantOf(capability, purpose, id, now) {
      const [token = '', tenantId = DEFAULT_TENANT, ...more] = capability.split(SEPARATOR);
      const subject = { tenantId, id };
      const bytes = Buffer.from(token, 'base64url');
      // Accepts only the canonical base64url form. Node's decoder also accepts others and skips invalid characters.
      const isWellFormed = bytes.length === EXPIRY_BYTES + MAC_BYTES && bytes.toString('base64url') === token;
      const isCanonical = more.length === 0 && !capability.endsWith(`${SEPARATOR}${DEFAULT_TENANT}`);
      if (!isWellFormed || !isCanonical) return undefined;
      const expiry = bytes.subarray(0, EXPIRY_BYTES);
      const mac = bytes.subarray(EXPIRY_BYTES);
      const matches = keyRing.all.filter((keys) =>
        timingSafeEqual(macOf(keys, purpose, subject, expiry), mac),
      );
      const isValid = matches.length > 0 && now < expiry.readUIntBE(0, EXPIRY_BYTES) * 1000;
      return isValid ? tenantId : undefined;
    },
  };
}

function macOf(
  keys: DerivedKeys,
  purpose: CapabilityPurpose,
  { tenantId, id }: CapabilitySubject,
  expiry: Buffer,
): Buffer {
  return createHmac('sha256', keys.capability)
    .update(JSON.stringify([purpose, tenantId, id, expiry.toString('hex')]))
    .digest();
}
