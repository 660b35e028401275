import { defineUpdate } from '@temporalio/workflow';

/** The workflow type's name. */
export const FLOOR = 'floor';

export const endUpdate = defineUpdate<void>('end');
