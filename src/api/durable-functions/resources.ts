import { Type, type Static } from '@sinclair/typebox';

/** The response to a start. The client replaces `{eventName}` and `{text}`. */
export const ManagementUrls = Type.Object(
  {
    id: Type.String({ description: 'The id of the instance, and of the verification.' }),
    statusQueryGetUri: Type.String(),
    sendEventPostUri: Type.String({ description: 'Replace `{eventName}` with `SmsChallengeResponse`.' }),
    terminatePostUri: Type.String({ description: 'Replace `{text}` with the reason.' }),
  },
  {
    $id: 'ManagementUrls',
    description: 'Each URL is for one purpose and needs no API key. Anyone who has a URL can use it.',
  },
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
