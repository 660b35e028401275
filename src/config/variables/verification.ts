import type { z } from 'zod';
import { variablesOf } from '../../messaging/wording';
import { integer, list, text } from '../fields';
import { messageText } from '../message-text';
import { bounds } from '../bounds';
import { documentation } from '../documentation';

export const verification = {
  CODE_LENGTH: integer(...bounds.codeLength)
    .prefault('4')
    .register(documentation, {
      description: 'The number of digits of a code, from 4 to 10.',
    }),
  WINDOW_SECONDS: integer(...bounds.windowSeconds)
    .prefault('90')
    .register(documentation, {
      description: 'How long a code is accepted after Twilio accepted the message, from 5 to 86,400 seconds.',
      rules: ['Codes are accepted before that, too, while the message is being sent.'],
    }),
  MAX_ATTEMPTS: integer(...bounds.maxAttempts)
    .prefault('4')
    .register(documentation, {
      description: 'How many attempts a verification has, from 1 to 10. The right code uses one, too.',
    }),
  RESEND_INTERVAL_SECONDS: integer(...bounds.resendIntervalSeconds)
    .prefault('30')
    .register(documentation, {
      description: 'The shortest time between two messages of one verification, from 0 to 600 seconds.',
      rules: ['If `WINDOW_SECONDS` is shorter, there is no resend.'],
    }),
  MAX_RESENDS: integer(...bounds.maxResends)
    .prefault('2')
    .register(documentation, {
      description: 'How many more messages a verification may send after its first one, from 0 to 10.',
    }),
  COOLDOWN_SECONDS: text
    .transform(parseSeconds)
    .prefault('0,30,60,300,900,3600,86400')
    .register(documentation, {
      description:
        'How long a phone number must wait after an unsuccessful verification, in seconds, separated by commas.',
      rules: [
        'After the n-th unsuccessful verification since the last success of the number, the number must wait as many ' +
          'seconds as the n-th value, from the end of that verification. The last value repeats. ' +
          'A start within this time is refused with `429` and `phone_number_cooling_down`.',
        'A verification is unsuccessful if it did not end `verified` and had a wrong code, if it expired, or if it was ' +
          'canceled after its message was sent.',
        'Without a wrong code since the last success of the number, no wait is longer than 300 seconds.',
        '100 wrong codes since the last success lock the number. Starts get the same `429`. The lock ends when ' +
          'Temporal deletes the last run of the number: after the retention, or with `npm run forget`.',
        'Independently of the values: if a verification ends without `verified` within 2 seconds of its start, the API ' +
          'delays the next start of the number until these 2 seconds are over.',
        'Temporal keeps the history of a number for as long as the namespace keeps closed workflows. Set 30 days. ' +
          'When the worker starts, it logs a warning if that is shorter than the longest value.',
      ],
    }),
  SMS_TEMPLATE: messageText(text, 'must have single braces: {code} and {ttl}')
    // The default tenant has no name.
    .refine((sentence) => variablesOf(sentence).length === 0 && !sentence.includes('{name}'), {
      error: 'must have no other variables than {code} and {ttl}',
    })
    .prefault('Your verification code is {code}.')
    .register(documentation, {
      description:
        'The text of the message. `{code}` stands for the code and must occur in it. `{ttl}` stands for the number of ' +
        'minutes for which the code is still valid. It must have no other words in braces.',
    }),
  WEBOTP_DOMAIN: text
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'must be a domain name like example.com')
    .optional()
    .register(documentation, {
      description:
        'The domain of the website on which the code is entered. The message then has a last line `@domain #code`, ' +
        'with which browsers offer to fill in the code on that website.',
      example: 'example.com',
    }),
};

function parseSeconds(value: string, context: z.RefinementCtx): number[] {
  const seconds = list(value);
  if (!seconds.every((entry) => /^\d{1,7}$/.test(entry)))
    context.addIssue('must be whole numbers of seconds with commas between them');
  return seconds.map(Number);
}
