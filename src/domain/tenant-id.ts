/** The id of the tenant that the environment variables configure. Workflow IDs and capabilities do not contain it. */
export const DEFAULT_TENANT = 'default';

/** The form of a tenant's id. It must never change: the digests in workflow IDs and the capabilities contain the id. */
export const TENANT_ID = /^[a-z][a-z0-9-]{0,39}$/;
