import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Stores failure messages and stack traces in payloads: the payload codec encrypts only those. This is a separate file
 * because it is also part of the workflow bundle.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
