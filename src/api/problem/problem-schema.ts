import { Type } from '@sinclair/typebox';
import { errorCodes, type ErrorCode } from '../../domain/refusals';
import { finalStatuses, type FinalStatus } from '../../domain/types';

/** The body of every error (RFC 9457). */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'An explanation for people. The text can change.' }),
    code: Type.Unsafe<ErrorCode>({
      type: 'string',
      enum: errorCodes,
      description: 'The error code for programs. It does not change.',
    }),
    verificationStatus: Type.Optional(
      Type.Unsafe<FinalStatus>({
        type: 'string',
        enum: [...finalStatuses],
        description: 'The final status. Only with the code `verification_ended`.',
      }),
    ),
  },
  { $id: 'Problem' },
);
