import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { Problem } from './problem-schema';

type Headers = Readonly<Record<string, TSchema>>;

/** An answer as the OpenAPI document describes it. */
export function answer<T extends TSchema>(description: string, schema: T, headers?: Headers) {
  return Type.Unsafe<Static<T>>({ ...byName(schema), description, ...(headers && { headers }) });
}

/** What has an `$id` stands in the document once, and is referred to. */
function byName<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T>>(schema.$id === undefined ? schema : { $ref: `${schema.$id}#` });
}

/** An answer without a body. */
export function noBody(description: string) {
  return answer(description, Type.Unsafe<undefined>({ type: 'null' }));
}

/** `Retry-After`, which an answer has or may have. */
export const retryAfter = { 'Retry-After': Type.Integer({ minimum: 0, description: 'Seconds.' }) };

function refusal(description: string, headers?: Headers) {
  const content = { 'application/problem+json': { schema: byName(Problem) } };
  return { description, ...(headers && { headers }), content };
}

const refusals = {
  400: refusal('The request is not valid.'),
  401: refusal('No valid credential.', {
    'WWW-Authenticate': Type.String({ description: 'The scheme to use.' }),
  }),
  403: refusal('The signature is not valid, or the request comes from another site.'),
  404: refusal('There is nothing here.'),
  409: refusal('The number has a verification under way.', retryAfter),
  410: refusal('The verification has ended.'),
  413: refusal('The body is too large.'),
  422: refusal('The request can be read, and is refused for what it holds.'),
  429: refusal('Too soon or too often; without Retry-After: no more.', retryAfter),
  503: refusal('Temporal or a worker did not answer in time.', retryAfter),
};

/** A route's error answers: those that it really gives. */
export function problems(...statuses: (keyof typeof refusals)[]): Record<string, ReturnType<typeof refusal>> {
  return Object.fromEntries(statuses.map((status) => [status, refusals[status]]));
}
