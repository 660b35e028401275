import type { z } from 'zod';
import { hasDoubles, isHeaderText, list, required, secretBytes } from '../fields';
import { documentation } from '../documentation';

const ALL_ZERO = 'must not be all zero: make one with npm run keys';

export const secrets = {
  SECRET_KEYS: required('one or more id:base64(32 bytes), comma-separated')
    .transform(parseSecretKeys)
    .register(documentation, {
      isSecret: true,
      description:
        'The secret keys, each as `id:base64(32 bytes)`, separated by commas. ' +
        'Codes, tags, capabilities and payload encryption each use a key that is derived from them.',
      rules: [
        'The first key creates codes, tags, capabilities and ciphertexts. Every key in the list is accepted.',
        'To rotate, add the new key at the end of the list and restart every process. Then move it to the front and ' +
          'restart every process. Later remove the old key: [Key rotation](operations.md#secret_keys) says when.',
        'Every API and every worker must have the same keys.',
        '`npm run keys` makes a good key. A key of zeros, a key that occurs twice and an id that occurs twice ' +
          'are refused.',
        '`npm run find` works without it, and then shows the status that Temporal knows, for example `Completed`.',
        '`npm run dev` makes a key once and keeps it in `DATA_DIR`.',
      ],
    }),
  PHONE_DIGEST_KEY: required('base64(32 bytes)')
    .transform((value, context) => {
      if (secretBytes(value).length !== 32)
        context.addIssue('must be 32 bytes in base64: make one with npm run keys');
      if (isAllZero(secretBytes(value))) context.addIssue(ALL_ZERO);
      return secretBytes(value);
    })
    .register(documentation, {
      isSecret: true,
      description: 'The key of the digests that replace phone numbers in workflow IDs: 32 bytes in base64.',
      rules: [
        'Never change it. With another key, the service does not find the earlier verifications of a number.',
        'It must not be one of `SECRET_KEYS`.',
        'Every API process and the operator commands must have the same key. The worker does not need it.',
        '`npm run keys` makes a good key. `npm run dev` makes a key once and keeps it in `DATA_DIR`.',
      ],
    }),
  API_KEYS: required('one or more keys, comma-separated')
    .transform((value, context) => {
      const keys = list(value);
      if (keys.includes('')) context.addIssue('has an empty key between its commas');
      if (!keys.filter(Boolean).every(isHeaderText))
        context.addIssue('has a key with a space or a character that is not ASCII');
      if (hasDoubles(keys)) context.addIssue('has the same key twice');
      return keys;
    })
    .register(documentation, {
      isSecret: true,
      description:
        'The keys of the callers, separated by commas. A caller sends one of them as `Authorization: Bearer <key>`.',
      rules: [
        'When the API process starts, it logs a warning if a key has fewer than 16 characters. `npm run keys` makes a good key.',
        'Every API process must have the same keys.',
        'A key identifies a caller. Requests with an `Idempotency-Key` are repeats only if they have the same API key.',
      ],
    }),
};

function parseSecretKeys(value: string, context: z.RefinementCtx) {
  const keys = list(value).map((entry) => {
    const [, id = '', base64 = ''] = /^([A-Za-z0-9_-]{1,32}):(.*)$/.exec(entry) ?? [];
    return { id, bytes: secretBytes(base64) };
  });
  if (keys.some(({ id, bytes }) => id === '' || bytes.length !== 32)) {
    context.addIssue(
      'must be id:base64(32 bytes), several of them comma-separated: make one with npm run keys',
    );
  }
  if (hasDoubles(keys.map(({ id }) => id))) context.addIssue('has the same id twice');
  if (hasDoubles(keys.map(({ bytes }) => bytes.toString('base64'))))
    context.addIssue('has the same key twice');
  if (keys.some(({ bytes }) => isAllZero(bytes))) context.addIssue(ALL_ZERO);
  return keys;
}

function isAllZero(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === 0);
}
