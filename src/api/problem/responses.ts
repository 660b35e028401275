import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { VerificationError, type ErrorCode } from '../../domain/refusals';
import { problem } from './problem';
import { problemCatalogue } from './problem-catalogue';
import { Problem } from './problem-schema';

type Headers = Readonly<Record<string, TSchema>>;

/** Examples for the OpenAPI document, by name. */
export type Examples<T> = Readonly<Record<string, { readonly summary: string; readonly value: T }>>;

export interface AnswerOptions<T> {
  readonly headers?: Headers;
  readonly examples?: Examples<T>;
}

/** A JSON response with its description, headers and examples for the OpenAPI document. */
export function answer<T extends TSchema>(
  description: string,
  schema: T,
  { headers, examples }: AnswerOptions<Static<T>> = {},
) {
  const media = { schema: referenceTo(schema), ...(examples && { examples }) };
  const content = { 'application/json': media };
  return Type.Unsafe<Static<T>>({ description, ...(headers && { headers }), content });
}

/** A schema with an `$id` is in the document once; other places refer to it. */
function referenceTo<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T>>(schema.$id === undefined ? schema : { $ref: `${schema.$id}#` });
}

/** A response without a body. */
export function noBody(description: string) {
  return Type.Unsafe<undefined>({ type: 'null', description });
}

/** The `Retry-After` header. */
export const retryAfter = {
  'Retry-After': Type.Integer({ minimum: 0, description: 'When to try again, in seconds from now.' }),
};

const errorDescriptions: Readonly<Record<number, string>> = {
  400: 'The request is not valid.',
  401: 'The request has no valid credential.',
  403: 'The signature is not valid, or the request comes from another site.',
  404: 'The verification or the path does not exist.',
  409: 'The phone number has an open verification.',
  410: 'The verification has ended.',
  413: 'The body is too large.',
  422: 'The request is well-formed, but its content is refused.',
  429: 'Too early or too many requests. Without Retry-After, do not try again.',
  500: 'An unexpected error.',
  503: 'Temporal or a worker did not answer in time, or the service is too busy.',
};

const errorHeaders: Readonly<Record<number, Headers>> = {
  401: { 'WWW-Authenticate': Type.String({ description: 'The authentication scheme to use.' }) },
  409: retryAfter,
  429: retryAfter,
  503: retryAfter,
};

/** What every route can answer: for example 400 if there is no Host header. */
const EVERYWHERE: readonly ErrorCode[] = ['invalid_request', 'internal_error'];

/** The error responses of a route, by status. List only codes that the route can return. */
export function problems(...codes: ErrorCode[]) {
  const all = [...EVERYWHERE, ...codes];
  const statuses = new Set(all.map(statusOf));
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      errorResponse(
        status,
        all.filter((code) => statusOf(code) === status),
      ),
    ]),
  );
}

/** The error response of routes that read a body. */
export const bodyTooLarge = { 413: errorResponse(413, ['invalid_request']) };

function errorResponse(status: number, codes: readonly ErrorCode[]) {
  const headers = errorHeaders[status];
  const names = codes.map((code) => `\`${code}\``).join(', ');
  const media = {
    schema: { allOf: [referenceTo(Problem), onlyCodes(codes)] },
    examples: Object.fromEntries(codes.map((code) => [code, problemExample(code, status)])),
  };
  return {
    description: `${names}. ${errorDescriptions[status] ?? ''}`,
    ...(headers && { headers }),
    content: { 'application/problem+json': media },
  };
}

function onlyCodes(codes: readonly ErrorCode[]) {
  return Type.Object({ code: Type.Unsafe<ErrorCode>({ type: 'string', enum: codes }) });
}

/** The error as the service sends it. */
function problemExample(code: ErrorCode, status: number) {
  const refusal = { code, ...(code === 'verification_ended' && { verificationStatus: 'expired' as const }) };
  const { body } = problem(new VerificationError(refusal), status);
  return { summary: String(body['detail']), value: body };
}

function statusOf(code: ErrorCode): number {
  return problemCatalogue[code].status;
}
