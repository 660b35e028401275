import { Type } from '@sinclair/typebox';
import { startErrors } from '../message-requests';
import { answer, bodyTooLarge, noBody, problems } from '../problem/responses';
import {
  canceledExamples,
  checkedExamples,
  currentExamples,
  EXAMPLE_PATH,
  pendingExamples,
  startedExamples,
} from './examples';
import {
  CheckedVerification,
  CodeBody,
  IdempotencyHeaders,
  PreferHeaders,
  StartBody,
  Verification,
  VerificationParams,
} from './resource';

const tags = ['Verifications'];
const security = [{ apiKey: [] }];
const params = VerificationParams;
const location = {
  Location: Type.String({ description: 'The path of the verification.', examples: [EXAMPLE_PATH] }),
};

export const start = {
  operationId: 'startVerification',
  summary: 'Start a verification: send a message with a code',
  description:
    'The answer comes before the message is sent, even while no worker process runs. A number has at most one open ' +
    'verification: while there is one, only a repeat with the same `Idempotency-Key` succeeds.',
  tags,
  security,
  headers: IdempotencyHeaders,
  body: StartBody,
  response: {
    200: answer(
      'A repeat with the same Idempotency-Key: the open verification. No second message is sent.',
      Verification,
      { headers: location, examples: pendingExamples },
    ),
    202: answer('The verification was started. Its message will be sent.', Verification, {
      headers: location,
      examples: startedExamples,
    }),
    ...problems('unauthorized', 'idempotency_key_reused', ...startErrors),
    ...bodyTooLarge,
  },
};

export const get = {
  operationId: 'getVerification',
  summary: 'Get a verification, or wait for its end',
  description:
    'A verification has ended when `endedAt` is set. With `Prefer: wait=20`, the answer comes when it ends, or after ' +
    '20 s with its current state.',
  tags,
  security,
  params,
  headers: PreferHeaders,
  response: {
    200: answer('The current state of the verification.', Verification, {
      headers: {
        'Preference-Applied': Type.String({
          description:
            'Only after `Prefer: wait`: the wait in seconds that was applied. Absent if the API did not wait to the end.',
          examples: ['wait=2'],
        }),
      },
      examples: currentExamples,
    }),
    ...problems('unauthorized', 'not_found', 'temporal_unavailable', 'worker_unavailable'),
  },
};

export const check = {
  operationId: 'checkCode',
  summary: 'Check a code',
  description:
    'A wrong code is not an error: the answer is 200 with `verified: false`, and it uses an attempt. A code with the ' +
    'wrong number of digits is 400 and uses none. After a 503, repeat the check with the same `Idempotency-Key`: it ' +
    'may have counted.',
  tags,
  security,
  params,
  headers: IdempotencyHeaders,
  body: CodeBody,
  response: {
    200: answer(
      '`verified` says whether the code is right. A wrong code uses an attempt.',
      CheckedVerification,
      { examples: checkedExamples },
    ),
    ...problems(
      'invalid_code',
      'unauthorized',
      'not_found',
      'verification_ended',
      'idempotency_key_reused',
      'temporal_unavailable',
      'worker_unavailable',
    ),
    ...bodyTooLarge,
  },
};

export const signal = {
  operationId: 'signalCode',
  summary: 'Submit a code without waiting for the result',
  description: 'The code is sent as a Temporal Signal. This also works while no worker process runs.',
  tags,
  security,
  params,
  body: CodeBody,
  response: {
    202: noBody('The code was accepted and will be checked. Get the verification to see the result.'),
    ...problems('invalid_code', 'unauthorized', 'not_found', 'verification_ended', 'temporal_unavailable'),
    ...bodyTooLarge,
  },
};

export const resend = {
  operationId: 'resendCode',
  summary: 'Send the same code in another message',
  description:
    'The window does not get longer. A resend that fails does not end the verification. After `resend_too_soon`, try ' +
    'again after `Retry-After`. After `resend_limit_reached`, do not try again. After a 503, repeat the resend with the ' +
    'same `Idempotency-Key`: it sends one message.',
  tags,
  security,
  params,
  headers: IdempotencyHeaders,
  response: {
    202: answer('The message will be sent.', Verification, { examples: pendingExamples }),
    ...problems(
      'unauthorized',
      'not_found',
      'verification_ended',
      'resend_too_soon',
      'resend_limit_reached',
      'rate_limited',
      'temporal_unavailable',
      'worker_unavailable',
    ),
    ...bodyTooLarge,
  },
};

export const cancel = {
  operationId: 'cancelVerification',
  summary: 'Cancel a verification',
  description:
    'If the SMS provider does not have the message yet, it is not sent. A final status does not change.',
  tags,
  security,
  params,
  response: {
    200: answer('The verification is canceled, or had already ended.', Verification, {
      examples: canceledExamples,
    }),
    ...problems('unauthorized', 'not_found', 'temporal_unavailable', 'worker_unavailable'),
    ...bodyTooLarge,
  },
};
