import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { tenantsFile } from '../src/config/tenants-schema';

export const TENANTS_SCHEMA = path.resolve(__dirname, '../docs/tenants.schema.json');

/** The JSON Schema of TENANTS_FILE, with which editors complete and check the file. */
export function tenantsSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(tenantsFile, { io: 'input' }), null, 2)}\n`;
}

if (require.main === module) {
  writeFileSync(TENANTS_SCHEMA, tenantsSchema());
}
