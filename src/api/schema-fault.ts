import type { FastifySchemaValidationError } from 'fastify';

/** What may be repeated in an answer: no phone number, code or e-mail address looks like this. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]{0,39}$/;

/** What a schema found, in Ajv's words. A path through names that the caller chose is left out: it would repeat them. */
export function schemaFault([fault]: FastifySchemaValidationError[], part: string): Error {
  if (!fault) return new Error(`${part} is not valid`);
  const { schemaPath, instancePath, message } = fault;
  const chosenByCaller = /\/(patternProperties|additionalProperties)\//.test(schemaPath);
  const where = `${part}${chosenByCaller ? '' : instancePath}`;
  return new Error(`${where} ${unknownPropertyFault(fault) ?? message ?? 'is not valid'}`);
}

/** Ajv does not name the property that is not allowed. Without its name, a misspelled one is hard to find. */
function unknownPropertyFault({ keyword, params }: FastifySchemaValidationError): string | undefined {
  const { additionalProperty: name } = params;
  if (keyword !== 'additionalProperties' || typeof name !== 'string') return undefined;
  return IDENTIFIER.test(name) ? `must NOT have the property "${name}"` : undefined;
}
