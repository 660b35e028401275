import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts failure messages and stack traces where the payload codec reaches them: it encrypts payloads only. Bundled into
 * the workflows' sandbox, which is why it is a file of its own.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
