import { defineUpdate } from '@temporalio/workflow';

/** The workflow type. */
export const FLOOR = 'floor';

export const endUpdate = defineUpdate<void>('end');
