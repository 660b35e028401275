import type { SwaggerTransform } from '@fastify/swagger';
import { Type, type TSchema } from '@sinclair/typebox';
import { startErrors } from '../message-requests';
import { answer, bodyTooLarge, noBody, problems, retryAfter } from '../problem/responses';
import { InstanceStatus, ManagementUrls } from './resources';
import { EXAMPLE_ID, managementUrlsExamples, runningExamples, endedExamples } from './examples';

const tags = ['Durable Functions'];
const withCapability = [{ functionsCode: [] }, { functionsKey: [] }, { apiKey: [] }];
const code = Type.Optional(
  Type.String({ description: 'An API key, or the capability from a URL in the response to a start.' }),
);
const Instance = Type.Object({
  id: Type.String({ description: "The instance's id.", examples: [EXAMPLE_ID] }),
});

/** The version of Durable Functions whose paths the operation has. Each operation needs its own id. */
export type PathVersion = 'V1' | 'V2';

export function statusSchema(version: PathVersion) {
  return {
    operationId: `getInstance${version}`,
    summary: `Get the status of an instance${pathsOf(version)}`,
    description: 'The instance has ended when the answer is 200.',
    tags,
    security: withCapability,
    params: Instance,
    querystring: Type.Object({
      code,
      showInput: Type.Optional(
        Type.String({
          description: '`false` leaves out `input`, the phone number.',
          examples: ['false'],
        }),
      ),
    }),
    response: {
      200: answer('The instance has ended.', InstanceStatus, { examples: endedExamples }),
      202: answer('The instance is running.', InstanceStatus, {
        headers: retryAfter,
        examples: runningExamples,
      }),
      ...problems('unauthorized', 'forbidden', 'not_found', 'temporal_unavailable', 'worker_unavailable'),
    },
  };
}

export function eventSchema(version: PathVersion) {
  return {
    operationId: `raiseEvent${version}`,
    summary: `Submit a code, as the event SmsChallengeResponse${pathsOf(version)}`,
    description:
      'An event with another name is answered 202 and ignored. Its body may be anything up to 64 KB.',
    tags,
    security: withCapability,
    params: Type.Object({
      id: Instance.properties.id,
      eventName: Type.String({ examples: ['SmsChallengeResponse'] }),
    }),
    querystring: Type.Object({ code }),
    response: {
      202: noBody('The event was accepted. Its result is in the status of the instance.'),
      ...problems(
        'invalid_code',
        'unauthorized',
        'forbidden',
        'not_found',
        'verification_ended',
        'temporal_unavailable',
      ),
      ...bodyTooLarge,
    },
  };
}

export function terminateSchema(version: PathVersion) {
  return {
    operationId: `terminateInstance${version}`,
    summary: `Terminate an instance: cancel the verification${pathsOf(version)}`,
    description: 'The instance ends as `Terminated`, with the reason as its output.',
    tags,
    security: withCapability,
    params: Instance,
    querystring: Type.Object({
      code,
      reason: Type.Optional(
        Type.String({
          description: 'The reason. It becomes the output of the instance.',
          examples: ['The person closed the page.'],
        }),
      ),
    }),
    response: {
      202: noBody('The request was accepted. The verification will be canceled.'),
      ...problems('unauthorized', 'forbidden', 'not_found', 'verification_ended', 'temporal_unavailable'),
      ...bodyTooLarge,
    },
  };
}

export interface StartSchemaOptions {
  readonly operationId: string;
  /** What comes before `/orchestrators`. */
  readonly prefix: string;
  /** Whether a start needs an API key. */
  readonly auth: 'function' | 'anonymous';
}

export function startSchema({ operationId, prefix, auth }: StartSchemaOptions) {
  return {
    operationId,
    summary: `Start a verification as the orchestrator E4_SmsPhoneVerification${prefix && `, under ${prefix}`}`,
    description: 'The body is the phone number as a JSON string, with its quotes.',
    tags,
    security: auth === 'anonymous' ? [{}, ...withCapability] : withCapability,
    params: Type.Object({ name: Type.String({ examples: ['E4_SmsPhoneVerification'] }) }),
    querystring: Type.Object({ code }),
    response: {
      202: answer('The verification was started. Its message will be sent.', ManagementUrls, {
        headers: {
          Location: Type.String({ description: 'The same URL as `statusQueryGetUri`.' }),
          ...retryAfter,
        },
        examples: managementUrlsExamples,
      }),
      ...problems('unauthorized', 'forbidden', 'not_found', ...startErrors),
      ...bodyTooLarge,
    },
  };
}

function pathsOf(version: PathVersion): string {
  return version === 'V1' ? '' : ', on the path of Durable Functions 2.x';
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
