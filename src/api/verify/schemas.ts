import { Type } from '@sinclair/typebox';

// Not in the OpenAPI document: this is Twilio's own API, which Twilio documents. Its errors differ from those of
// schemas, so that forms are checked in form.ts.

export const hidden = { hide: true };

export const service = { ...hidden, params: Type.Object({ serviceSid: Type.String() }) };

export const verification = {
  ...hidden,
  params: Type.Object({ serviceSid: Type.String(), sid: Type.String() }),
};

export const managed = { ...hidden, params: Type.Object({ serviceSid: Type.Optional(Type.String()) }) };

export const attempt = { ...hidden, params: Type.Object({ sid: Type.String() }) };
