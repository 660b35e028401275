import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { Problem } from './problem-schema';

type Headers = Readonly<Record<string, TSchema>>;

/** A response with its description for the OpenAPI document. */
export function answer<T extends TSchema>(description: string, schema: T, headers?: Headers) {
  return Type.Unsafe<Static<T>>({ ...referenceTo(schema), description, ...(headers && { headers }) });
}

/** A schema with an `$id` is in the document once; other places refer to it. */
function referenceTo<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T>>(schema.$id === undefined ? schema : { $ref: `${schema.$id}#` });
}

/** A response without a body. */
export function noBody(description: string) {
  return answer(description, Type.Unsafe<undefined>({ type: 'null' }));
}

/** The `Retry-After` header. */
export const retryAfter = {
  'Retry-After': Type.Integer({ minimum: 0, description: 'When to try again, in seconds from now.' }),
};

function errorResponse(description: string, headers?: Headers) {
  const content = { 'application/problem+json': { schema: referenceTo(Problem) } };
  return { description, ...(headers && { headers }), content };
}

const errorResponses = {
  400: errorResponse('The request is not valid.'),
  401: errorResponse('The request has no valid credential.', {
    'WWW-Authenticate': Type.String({ description: 'The authentication scheme to use.' }),
  }),
  403: errorResponse('The signature is not valid, or the request comes from another site.'),
  404: errorResponse('The verification or the path does not exist.'),
  409: errorResponse('The phone number has a verification in progress.', retryAfter),
  410: errorResponse('The verification has ended.'),
  413: errorResponse('The body is too large.'),
  422: errorResponse('The request is well-formed, but its content is refused. `code` names the reason.'),
  429: errorResponse('Too early or too many requests. Without Retry-After, do not try again.', retryAfter),
  503: errorResponse('Temporal or a worker did not answer in time.', retryAfter),
};

/** The error responses of a route. List only statuses that the route can return. */
export function problems(
  ...statuses: (keyof typeof errorResponses)[]
): Record<string, ReturnType<typeof errorResponse>> {
  return Object.fromEntries(statuses.map((status) => [status, errorResponses[status]]));
}
