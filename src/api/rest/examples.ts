import { ownDeliveryErrors } from '../../domain/delivery-errors';
import type { Examples } from '../problem/responses';
import { EXAMPLE_ID, type VerificationResource } from './resource';

export const EXAMPLE_PATH = `/verifications/${EXAMPLE_ID}`;
const SELF = `https://verify.example.com${EXAMPLE_PATH}`;

const sending: VerificationResource = {
  id: EXAMPLE_ID,
  phoneNumber: '+14255550123',
  status: 'sending',
  attemptsRemaining: 4,
  createdAt: '2026-11-23T10:00:00.000Z',
  expiresAt: null,
  endedAt: null,
  error: null,
  links: {
    self: SELF,
    check: `${SELF}/check`,
    signal: `${SELF}/signal`,
    resend: `${SELF}/resend`,
    cancel: SELF,
  },
};

const pending: VerificationResource = {
  ...sending,
  status: 'pending',
  expiresAt: '2026-11-23T10:01:30.512Z',
};

const verified: VerificationResource = {
  ...pending,
  status: 'verified',
  attemptsRemaining: 3,
  endedAt: '2026-11-23T10:00:21.740Z',
};

const undeliverable: VerificationResource = {
  ...sending,
  status: 'undeliverable',
  endedAt: '2026-11-23T10:00:30.018Z',
  error: ownDeliveryErrors.delivery_unknown,
};

const canceled: VerificationResource = {
  ...pending,
  status: 'canceled',
  endedAt: '2026-11-23T10:00:21.740Z',
};

export const startedExamples = {
  sending: { summary: 'The message is being sent', value: sending },
} satisfies Examples<VerificationResource>;

export const pendingExamples = {
  pending: { summary: 'The message was sent, and the window is open', value: pending },
} satisfies Examples<VerificationResource>;

export const currentExamples = {
  ...pendingExamples,
  verified: { summary: 'The right code was entered', value: verified },
  undeliverable: { summary: 'The SMS provider did not confirm the message', value: undeliverable },
} satisfies Examples<VerificationResource>;

export const canceledExamples = {
  canceled: { summary: 'The verification is canceled', value: canceled },
  verified: { summary: 'The verification had already ended', value: verified },
} satisfies Examples<VerificationResource>;

export const checkedExamples = {
  right: { summary: 'The right code', value: { ...verified, verified: true } },
  wrong: { summary: 'A wrong code', value: { ...pending, attemptsRemaining: 3, verified: false } },
} satisfies Examples<VerificationResource & { verified: boolean }>;
