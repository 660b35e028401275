import { z } from 'zod';
import { isNumberWithoutPlus, required, text } from '../fields';
import { documentation } from '../documentation';

export const twilio = {
  TWILIO_ACCOUNT_SID: required('the account SID, AC…')
    .refine((sid) => sid.startsWith('AC'), 'must start with AC')
    .register(documentation, {
      description: 'The SID of the Twilio account. It starts with `AC`.',
      rules: ['If it is not set, `npm run dev` sends all messages to the SMS sandbox.'],
    }),
  TWILIO_AUTH_TOKEN: text.optional().register(documentation, {
    isSecret: true,
    description: 'The auth token of the Twilio account.',
    requirement: 'The worker requires it, or `TWILIO_API_KEY_SID` and `TWILIO_API_KEY_SECRET`.',
    rules: [
      'Delivery reports need it: Twilio signs them with the token, and the API checks the signature. ' +
        "An API key can't do this.",
      'If the token and an API key are set, the worker uses the token.',
    ],
  }),
  TWILIO_API_KEY_SID: text
    .refine((sid) => sid.startsWith('SK'), 'must start with SK')
    .optional()
    .register(documentation, {
      description: 'The SID of an API key of the Twilio account. It starts with `SK`.',
      rules: ['An API key can be revoked without changing the auth token. It gives no delivery reports.'],
    }),
  TWILIO_API_KEY_SECRET: text.optional().register(documentation, {
    isSecret: true,
    description: 'The secret of `TWILIO_API_KEY_SID`.',
  }),
  TWILIO_FROM: text
    .refine(
      (sender) => !isNumberWithoutPlus(sender),
      'must start with +, like +14255550123; or be a short code or an alphanumeric sender ID',
    )
    .optional()
    .register(documentation, {
      description:
        'The sender of the messages: a phone number with `+`, a short code or an alphanumeric sender ID.',
      requirement: 'The worker requires it, or `TWILIO_MESSAGING_SERVICE_SID`.',
      example: '+14255550100',
    }),
  TWILIO_MESSAGING_SERVICE_SID: text
    .refine((sid) => sid.startsWith('MG'), 'must start with MG')
    .optional()
    .register(documentation, {
      description: 'The SID of a messaging service, which chooses the sender. It starts with `MG`.',
      requirement: 'The worker requires it, or `TWILIO_FROM`.',
    }),
  TWILIO_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL' })
    .optional()
    .register(documentation, {
      description: 'A server that takes the place of the API of Twilio: the SMS sandbox.',
      rules: [
        'With it, API and worker also use delivery reports even if `PUBLIC_URL` is not https.',
        '`npm run forget` reads it to say where messages are still kept.',
      ],
      default: 'the API of Twilio',
      example: 'http://sms-sandbox:3001',
    }),
};
