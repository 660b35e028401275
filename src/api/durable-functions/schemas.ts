import type { SwaggerTransform } from '@fastify/swagger';
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { answer, noBody, problems, retryAfter } from '../responses';

/** The response to a start. The client replaces `{eventName}` and `{text}`. */
export const ManagementUrls = Type.Object(
  {
    id: Type.String(),
    statusQueryGetUri: Type.String(),
    sendEventPostUri: Type.String(),
    terminatePostUri: Type.String(),
  },
  { $id: 'ManagementUrls' },
);
export type ManagementUrls = Static<typeof ManagementUrls>;

/** The sample's fields in the sample's order, followed by the fields of newer versions of Durable Functions. */
export const InstanceStatus = Type.Object(
  {
    runtimeStatus: Type.String(),
    input: Type.Union([Type.String(), Type.Null()]),
    output: Type.Union([Type.Boolean(), Type.String(), Type.Null()]),
    createdTime: Type.String(),
    lastUpdatedTime: Type.String(),
    name: Type.String(),
    instanceId: Type.String(),
    customStatus: Type.Object({
      status: Type.String(),
      attemptsRemaining: Type.Integer(),
      expiresAt: Type.Union([Type.String(), Type.Null()]),
    }),
  },
  { $id: 'InstanceStatus' },
);
export type InstanceStatus = Static<typeof InstanceStatus>;

const withCapability = [{ functionsCode: [] }, { functionsKey: [] }, { apiKey: [] }];
const code = Type.Optional(Type.String());
const Instance = Type.Object({ id: Type.String({ description: "The instance's id." }) });

export const statusSchema = {
  summary: 'Get the status of an instance',
  security: withCapability,
  params: Instance,
  querystring: Type.Object({
    code,
    showInput: Type.Optional(Type.String({ description: '`false` leaves out `input`, the phone number.' })),
  }),
  response: {
    200: answer('The instance has ended.', InstanceStatus),
    202: answer('The instance is running.', InstanceStatus, retryAfter),
    ...problems(400, 401, 403, 404, 503),
  },
};

export const eventSchema = {
  summary: 'Submit a code, as the event SmsChallengeResponse',
  description:
    'An event with another name is answered 202 and ignored. Its body may be anything up to 64 KB.',
  security: withCapability,
  params: Type.Object({
    id: Instance.properties.id,
    eventName: Type.String({ examples: ['SmsChallengeResponse'] }),
  }),
  querystring: Type.Object({ code }),
  response: {
    202: noBody('The event was accepted. Its result is in the status of the instance.'),
    ...problems(400, 401, 403, 404, 410, 413, 503),
  },
};

export const terminateSchema = {
  summary: 'Terminate an instance: cancel the verification',
  security: withCapability,
  params: Instance,
  querystring: Type.Object({
    code,
    reason: Type.Optional(Type.String({ description: 'The reason. It becomes the output of the instance.' })),
  }),
  response: {
    202: noBody('The request was accepted. The verification will be canceled.'),
    ...problems(400, 401, 403, 404, 410, 413, 503),
  },
};

/** `auth`: whether a start needs an API key. */
export function startSchema(auth: 'function' | 'anonymous') {
  return {
    summary: 'Start a verification as the orchestrator E4_SmsPhoneVerification',
    security: auth === 'anonymous' ? [{}, ...withCapability] : withCapability,
    params: Type.Object({ name: Type.String({ examples: ['E4_SmsPhoneVerification'] }) }),
    querystring: Type.Object({ code }),
    response: {
      202: answer('The verification was started. Its message will be sent.', ManagementUrls, {
        Location: Type.String({ description: 'The same URL as `statusQueryGetUri`.' }),
        ...retryAfter,
      }),
      ...problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
    },
  };
}

/** These bodies are only documented and not checked by a schema, since clients send any content type. */
export const startBody = documented({
  'application/json': {
    schema: Type.String({ description: 'The phone number in E.164 format.', examples: ['+14255550123'] }),
  },
});
export const eventBody = documented({
  'application/json': {
    schema: Type.Unknown({
      description: 'The digits of the code, with or without quotes.',
      examples: [2168],
    }),
  },
});

function documented(content: Record<string, { readonly schema: TSchema }>) {
  const swaggerTransform: SwaggerTransform = ({ schema, url }) => ({
    schema: { ...schema, body: { content } },
    url,
  });
  return { swaggerTransform };
}
