import { z } from 'zod';
import { hash, sid } from './tenants-fields';

// What the faults between keys and between tenants are about. A file with other faults is read as far as it is valid, so
// that one message names all faults.

/** Undefined for a value that is not valid: another fault names it. */
function ifValid<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

const comparableTenant = z.object({
  /** Null if it is not a list. */
  apiKeys: z.array(ifValid(hash)).default([]).nullable().catch(null),
  from: z.unknown().optional(),
  messagingServiceSid: z.unknown().optional(),
  /** Null if it is not valid. */
  codeLength: z.int().optional().nullable().catch(null),
  testNumbers: z
    .record(z.string(), z.object({ code: ifValid(z.string().regex(/^\d{4,10}$/)) }).catch({}))
    .default({})
    .catch({}),
  templates: z
    .record(
      z.string(),
      z.object({ locales: z.record(z.string(), ifValid(z.string())).catch({}) }).catch({ locales: {} }),
    )
    .default({})
    .catch({}),
  /** Null if it is not a map. */
  verify: z
    .object({
      serviceSid: ifValid(sid('VA')),
      defaultTemplateSid: ifValid(sid('HJ')),
      authToken: z.unknown().optional(),
      /** Null if it is not a map. */
      apiKeys: z.record(z.string(), z.unknown()).default({}).nullable().catch(null),
    })
    .optional()
    .nullable()
    .catch(null),
});

const comparableFile = z
  .object({ tenants: z.record(z.string(), comparableTenant.nullable().catch(null)) })
  .catch({ tenants: {} });

export type ComparableTenant = z.output<typeof comparableTenant>;
export type ComparableTenants = readonly (readonly [id: string, tenant: ComparableTenant])[];

/** `data`: the content of TENANTS_FILE, with or without faults. */
export function comparableTenants(data: unknown): ComparableTenants {
  return Object.entries(comparableFile.parse(data).tenants).flatMap(([id, tenant]) =>
    tenant ? [[id, tenant] as const] : [],
  );
}
