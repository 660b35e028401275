import { Type } from '@sinclair/typebox';
import { answer, noBody, problems } from '../responses';
import {
  CheckedVerification,
  CodeBody,
  IdempotencyHeaders,
  PreferHeaders,
  StartBody,
  Verification,
  VerificationParams,
} from './resource';

const security = [{ apiKey: [] }];
const params = VerificationParams;
const location = { Location: Type.String({ description: 'The path of the verification.' }) };

export const start = {
  summary: 'Start a verification: send a message with a code',
  operationId: 'startVerification',
  security,
  headers: IdempotencyHeaders,
  body: StartBody,
  response: {
    200: answer(
      'A repeat with the same Idempotency-Key: the verification in progress. No second message is sent.',
      Verification,
      location,
    ),
    202: answer('The verification was started. Its message will be sent.', Verification, location),
    ...problems(400, 401, 409, 413, 422, 429, 503),
  },
};

export const get = {
  summary: 'Get a verification, or wait for its end',
  operationId: 'getVerification',
  security,
  params,
  headers: PreferHeaders,
  response: {
    200: answer('The current state of the verification.', Verification, {
      'Preference-Applied': Type.String({
        description: 'Only after `Prefer: wait`: the wait in seconds that was applied.',
      }),
    }),
    ...problems(400, 401, 404, 503),
  },
};

export const check = {
  summary: 'Check a code',
  operationId: 'checkCode',
  security,
  params,
  headers: IdempotencyHeaders,
  body: CodeBody,
  response: {
    200: answer(
      '`verified` says whether the code is right. A wrong code uses an attempt.',
      CheckedVerification,
    ),
    ...problems(400, 401, 404, 410, 413, 422, 503),
  },
};

export const signal = {
  summary: 'Submit a code without waiting for the result',
  operationId: 'signalCode',
  security,
  params,
  body: CodeBody,
  response: {
    202: noBody('The code was accepted and will be judged. Get the verification to see the result.'),
    ...problems(400, 401, 404, 410, 413, 503),
  },
};

export const resend = {
  summary: 'Send the same code in another message',
  operationId: 'resendCode',
  security,
  params,
  response: {
    202: answer('The message will be sent.', Verification),
    ...problems(400, 401, 404, 410, 413, 429, 503),
  },
};

export const cancel = {
  summary: 'Cancel a verification',
  operationId: 'cancelVerification',
  security,
  params,
  response: {
    200: answer('The verification is canceled, or had already ended.', Verification),
    ...problems(400, 401, 404, 413, 503),
  },
};
