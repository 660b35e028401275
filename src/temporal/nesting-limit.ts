import { Reader } from 'protobufjs';

/** The SDK's core reads at most 100 levels, and adds some of its own before it passes a task on to the worker. */
const NESTING_LIMIT = 200;

/**
 * Lets the worker read every task that the SDK's core can read. By default, protobufjs reads 100 levels, and the SDK
 * stops the worker if it can't read a task. Anyone who can write to the namespace can report a failure with that many
 * causes: Temporal would give the task to one worker after the other, and all would stop. Now only its run fails.
 */
export function raiseNestingLimit(): void {
  Reader.recursionLimit = NESTING_LIMIT;
}
