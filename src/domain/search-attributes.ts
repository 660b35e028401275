/**
 * What Temporal can search for: some facts about each verification. Temporal stores them unencrypted, so none may
 * contain a phone number, not even a masked one. The types have the SDK's names.
 */
export const searchAttributes = {
  /** `sending` until the verification ends, then its final status. */
  status: { name: 'VerificationStatus', type: 'KEYWORD' },
  /** The tenant's id. */
  tenant: { name: 'Tenant', type: 'KEYWORD' },
  /** ISO 3166-1 alpha-2. */
  country: { name: 'Country', type: 'KEYWORD' },
  /** How many messages the provider accepted, as far as that is known when the verification ends. */
  textsSent: { name: 'TextsSent', type: 'INT' },
} as const;
