import { Type } from '@sinclair/typebox';
import { errorCodes, type ErrorCode } from '../domain/refusals';
import { finalStatuses, type FinalStatus } from '../domain/types';

/** RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What to do, for people. It may change.' }),
    code: Type.Unsafe<ErrorCode>({
      type: 'string',
      enum: errorCodes,
      description: 'What it is, for programs. It stays.',
    }),
    verificationStatus: Type.Optional(
      Type.Unsafe<FinalStatus>({
        type: 'string',
        enum: [...finalStatuses],
        description: 'How it ended, on `verification_ended`.',
      }),
    ),
  },
  { $id: 'Problem' },
);
