/** The id of the tenant that the environment variables configure. Its workflow IDs and capabilities are made without it. */
export const DEFAULT_TENANT = 'default';

/**
 * The form of a tenant's id. It must never change: the id is a part of what is hashed to workflow IDs, and the last part
 * of a capability. So it must not contain what separates these parts.
 */
export const TENANT_ID = /^[a-z][a-z0-9-]{0,39}$/;
