import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DerivedKeys, KeyRing } from './key-ring';

/** What the holder of a capability may do with one verification, and nothing else. */
export type CapabilityPurpose = 'status' | 'event' | 'terminate';

/** The verification that it is for. */
export interface CapabilitySubject {
  readonly tenantId: string;
  /** The verification's public id. */
  readonly id: string;
}

/** Bearer tokens for one purpose, one verification and a limited time. */
export interface Capabilities {
  /** URL-safe, 51 characters. `expiresAt`: epoch milliseconds; a part of a second is dropped. */
  grant(purpose: CapabilityPurpose, subject: CapabilitySubject, expiresAt: number): string;
  /** Whether it is one of ours, for this and still valid. Does not tell what is wrong with one that isn't. */
  allows(capability: string, purpose: CapabilityPurpose, subject: CapabilitySubject, now: number): boolean;
}

const EXPIRY_BYTES = 6;
const MAC_BYTES = 32;

/** An HMAC under its own derived key over purpose, verification and expiry, with the expiry in front of it. */
export function createCapabilities(keyRing: KeyRing): Capabilities {
  return {
    grant(purpose, subject, expiresAt) {
      const expiry = Buffer.alloc(EXPIRY_BYTES);
      expiry.writeUIntBE(Math.floor(expiresAt / 1000), 0, EXPIRY_BYTES);
      return Buffer.concat([expiry, macOf(keyRing.first, purpose, subject, expiry)]).toString('base64url');
    },

    allows(capability, purpose, subject, now) {
      const bytes = Buffer.from(capability, 'base64url');
      // A token has one spelling only: base64url would take several, and forgive what is not in its alphabet.
      const wellFormed =
        bytes.length === EXPIRY_BYTES + MAC_BYTES && bytes.toString('base64url') === capability;
      if (!wellFormed) return false;
      const expiry = bytes.subarray(0, EXPIRY_BYTES);
      const mac = bytes.subarray(EXPIRY_BYTES);
      const genuine = keyRing.all.filter((keys) =>
        timingSafeEqual(macOf(keys, purpose, subject, expiry), mac),
      );
      return genuine.length > 0 && now < expiry.readUIntBE(0, EXPIRY_BYTES) * 1000;
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
