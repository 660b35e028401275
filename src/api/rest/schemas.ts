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
const location = { Location: Type.String({ description: 'Where the verification is.' }) };

export const start = {
  summary: 'Start a verification: text a code',
  operationId: 'startVerification',
  security,
  headers: IdempotencyHeaders,
  body: StartBody,
  response: {
    200: answer('A repeat: the verification that is under way. No second text.', Verification, location),
    202: answer('The text is on its way.', Verification, location),
    ...problems(400, 401, 409, 413, 422, 429, 503),
  },
};

export const get = {
  summary: 'How a verification stands, or how it ends',
  operationId: 'getVerification',
  security,
  params,
  headers: PreferHeaders,
  response: {
    200: answer('The verification.', Verification, {
      'Preference-Applied': Type.String({ description: 'After `Prefer: wait`: how many seconds counted.' }),
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
    200: answer('Whether it is right. A wrong one costs an attempt.', CheckedVerification),
    ...problems(400, 401, 404, 410, 413, 422, 503),
  },
};

export const signal = {
  summary: 'Submit a code without waiting for the answer',
  operationId: 'signalCode',
  security,
  params,
  body: CodeBody,
  response: { 202: noBody('On its way, as a Signal.'), ...problems(400, 401, 404, 410, 413, 503) },
};

export const resend = {
  summary: 'Text the same code once more',
  operationId: 'resendCode',
  security,
  params,
  response: {
    202: answer('The text is on its way.', Verification),
    ...problems(400, 401, 404, 410, 413, 429, 503),
  },
};

export const cancel = {
  summary: 'Cancel a verification',
  operationId: 'cancelVerification',
  security,
  params,
  response: {
    200: answer('It is canceled, or ended before.', Verification),
    ...problems(400, 401, 404, 413, 503),
  },
};
