import type { FastifySchemaValidationError } from 'fastify';

/** Names that an answer may repeat: a phone number, a code or an e-mail address does not have this form. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]{0,39}$/;

/** Turns Ajv's first fault into an error. Leaves out a path that contains names which the caller chose. */
export function schemaFault([fault]: FastifySchemaValidationError[], part: string): Error {
  if (!fault) return new Error(`${part} is not valid`);
  const { schemaPath, instancePath, message } = fault;
  const hasCallerNames = /\/(patternProperties|additionalProperties)\//.test(schemaPath);
  const where = `${part}${hasCallerNames ? '' : instancePath}`;
  return new Error(
    `${where} ${unknownPropertyFault(fault) ?? ipAddressFault(fault) ?? message ?? 'is not valid'}`,
  );
}

/** Names the unknown property, which Ajv's message does not. Otherwise a misspelled property is hard to find. */
function unknownPropertyFault({ keyword, params }: FastifySchemaValidationError): string | undefined {
  const { additionalProperty: name } = params;
  if (keyword !== 'additionalProperties' || typeof name !== 'string') return undefined;
  return IDENTIFIER.test(name) ? `must NOT have the property "${name}"` : undefined;
}

/** An IP address may have either format. Ajv's message names only the first. */
function ipAddressFault({ keyword, params }: FastifySchemaValidationError): string | undefined {
  const { format } = params;
  return keyword === 'format' && (format === 'ipv4' || format === 'ipv6')
    ? 'must be an IP address'
    : undefined;
}
