import type { SwaggerTransform } from '@fastify/swagger';
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { answer, noBody, problems, retryAfter } from '../responses';

/** What a start is answered with. `{eventName}` and `{text}` stay as they are: the client fills them. */
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

/** The sample's fields in the sample's order, then those that newer versions of Durable Functions add. */
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
  summary: 'How an instance stands',
  security: withCapability,
  params: Instance,
  querystring: Type.Object({
    code,
    showInput: Type.Optional(Type.String({ description: '`false` leaves the number out.' })),
  }),
  response: {
    200: answer('It ended.', InstanceStatus),
    202: answer('It runs.', InstanceStatus, retryAfter),
    ...problems(400, 401, 403, 404, 503),
  },
};

export const eventSchema = {
  summary: 'A code, as the event SmsChallengeResponse',
  description: 'An event of any other name is accepted whatever its body, and changes nothing.',
  security: withCapability,
  params: Type.Object({
    id: Instance.properties.id,
    eventName: Type.String({ examples: ['SmsChallengeResponse'] }),
  }),
  querystring: Type.Object({ code }),
  response: { 202: noBody('On its way, as a Signal.'), ...problems(400, 401, 403, 404, 410, 413, 503) },
};

export const terminateSchema = {
  summary: 'Cancel, with a reason',
  security: withCapability,
  params: Instance,
  querystring: Type.Object({ code, reason: Type.Optional(Type.String({ description: 'Its output then.' })) }),
  response: { 202: noBody('On its way.'), ...problems(400, 401, 403, 404, 410, 413, 503) },
};

/** `auth`: whether a start needs an API key. */
export function startSchema(auth: 'function' | 'anonymous') {
  return {
    summary: 'Start a verification as the orchestrator E4_SmsPhoneVerification',
    security: auth === 'anonymous' ? [{}, ...withCapability] : withCapability,
    params: Type.Object({ name: Type.String({ examples: ['E4_SmsPhoneVerification'] }) }),
    querystring: Type.Object({ code }),
    response: {
      202: answer('The text is on its way.', ManagementUrls, {
        Location: Type.String({ description: 'statusQueryGetUri.' }),
        ...retryAfter,
      }),
      ...problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
    },
  };
}

/** Bodies that no schema judges, since clients send what they like: only the document knows them. */
export const startBody = documented({
  'application/json': {
    schema: Type.String({ description: 'The number, E.164.', examples: ['+14255550123'] }),
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
