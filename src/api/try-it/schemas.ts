import { Type } from '@sinclair/typebox';

// The pages are for people: they are not in the OpenAPI document.

const Token = Type.String({ maxLength: 200 });
/** Identifies a form as it was shown, so that a form that is sent twice counts once. */
const FormId = Type.String({ minLength: 1, maxLength: 100 });
/** The verification that the form's screen is about. */
const ShownVerification = Type.String({ minLength: 1, maxLength: 100 });

export const page = {
  hide: true,
  headers: Type.Object({ prefer: Type.Optional(Type.String()) }),
  querystring: Type.Object({ notice: Type.Optional(Type.Unknown()) }),
} as const;

export const start = {
  hide: true,
  body: Type.Object({ _csrf: Token, formId: FormId, phoneNumber: Type.String({ maxLength: 100 }) }),
} as const;

export const check = {
  hide: true,
  body: Type.Object({
    _csrf: Token,
    formId: FormId,
    verification: ShownVerification,
    code: Type.String({ maxLength: 100 }),
  }),
} as const;

/** A form with a button only. */
export const button = {
  hide: true,
  body: Type.Object({ _csrf: Token, verification: ShownVerification }),
} as const;

/** The fields of a form, whether or not the form is valid. */
export function sentFields(body: unknown) {
  return {
    phoneNumber: field(body, 'phoneNumber'),
    code: field(body, 'code'),
    formId: field(body, 'formId'),
    verification: field(body, 'verification'),
  };
}

/** The notice in the page's URL, which can contain anything. */
export function sentNotice(query: unknown): string | undefined {
  return field(query, 'notice');
}

function field(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
