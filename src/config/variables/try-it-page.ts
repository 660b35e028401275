import { z } from 'zod';
import { documentation } from '../documentation';
import { isBase } from '../fields';

export const tryItPage = {
  TRY_IT_PAGE: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .prefault('off')
    .register(documentation, {
      description: '`on`: `GET /` is a page on which everyone can verify a phone number.',
      rules: [
        'The page has no API key. `CLIENT_IP_LIMIT` limits its starts and resends by IP address: see `TRUST_PROXY`.',
      ],
    }),
  SMS_SANDBOX_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like http://localhost:3001', abort: true })
    .refine(isBase, 'must be a URL like http://localhost:3001, without user name, password, ? and #')
    .optional()
    .register(documentation, {
      description: 'Where a browser finds the SMS sandbox. The page links to it.',
      rules: ['`npm run dev` sets it if messages go to the sandbox.'],
      default: 'none: the page has no link',
      example: 'http://localhost:3001',
    }),
};
