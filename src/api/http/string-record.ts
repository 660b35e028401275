import { Type, type ObjectOptions } from '@sinclair/typebox';

/**
 * A schema for an object with any names and string values. Not `Type.Record`: its pattern does not match names with a
 * line break, so their values would not be checked.
 */
export function stringRecord(options: Pick<ObjectOptions, 'maxProperties' | 'examples'> = {}) {
  return Type.Unsafe<Record<string, string>>({
    type: 'object',
    additionalProperties: { type: 'string' },
    ...options,
  });
}
