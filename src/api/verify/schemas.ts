import { Type } from '@sinclair/typebox';

// Not in the OpenAPI document: this is Twilio's own API, which Twilio documents. Its errors differ from those of
// schemas, so that forms are checked in form.ts.

export const service = {
  schema: { hide: true, params: Type.Object({ serviceSid: Type.String() }) },
};

export const verification = {
  schema: { hide: true, params: Type.Object({ serviceSid: Type.String(), sid: Type.String() }) },
};

export const list = { schema: { hide: true } };

export const managed = {
  schema: { hide: true, params: Type.Object({ serviceSid: Type.Optional(Type.String()) }) },
};

export const attempt = {
  schema: { hide: true, params: Type.Object({ sid: Type.String() }) },
};
