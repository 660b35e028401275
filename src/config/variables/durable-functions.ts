import { z } from 'zod';
import { documentation } from '../documentation';

export const durableFunctions = {
  DURABLE_FUNCTIONS_AUTH: z
    .enum(['function', 'anonymous'], { error: 'must be function or anonymous' })
    .prefault('function')
    .register(documentation, {
      description:
        'Who may start a verification through the [Durable Functions](durable-functions.md) endpoints. ' +
        '`function`: callers with an API key. `anonymous`: everyone.',
      rules: ['In development it is `function` as soon as a `TWILIO_…` variable is set.'],
    }),
};
