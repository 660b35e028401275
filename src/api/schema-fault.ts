import type { FastifySchemaValidationError } from 'fastify';

/** What a schema found, in Ajv's words. A path through names that the caller chose is left out: it would repeat them. */
export function schemaFault([fault]: FastifySchemaValidationError[], part: string): Error {
  if (!fault) return new Error(`${part} is not valid`);
  const { schemaPath, instancePath, message } = fault;
  const chosenByCaller = /\/(patternProperties|additionalProperties)\//.test(schemaPath);
  return new Error(`${part}${chosenByCaller ? '' : instancePath} ${message ?? 'is not valid'}`);
}
