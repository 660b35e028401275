import type { z } from 'zod';
import { readTemporalConnection } from './temporal-connection';

/** The variables that are set. */
export type SetVariables = Readonly<Record<string, string>>;

/** Finds invalid combinations. It gets the values before they are parsed, so that it runs even if some are invalid. */
export type CombinationCheck = (set: SetVariables) => readonly string[];

/** An invalid configuration. The message names every invalid variable and shows no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** Each fault is one line that begins with the name of a variable. */
  constructor(readonly faults: readonly string[]) {
    super(['The configuration is not valid:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

/** An empty variable counts as not set. */
export function setVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

/**
 * Reads only the variables of one process, so that an invalid variable of another process does not stop it.
 * @throws ConfigError
 */
export function readEnvironment<View extends z.ZodObject>(
  view: View,
  env: NodeJS.ProcessEnv,
  checks: readonly CombinationCheck[],
) {
  const set = setVariables(env);
  const parsed = view.safeParse(set);
  const connection = readTemporalConnection(set);
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`),
    ...checks.flatMap((check) => check(set)),
    ...('fault' in connection ? [connection.fault] : []),
  ];
  if (!parsed.success || 'fault' in connection || faults.length > 0) throw new ConfigError(faults);
  return { variables: parsed.data, temporal: connection };
}
