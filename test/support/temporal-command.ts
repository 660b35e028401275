import { requiredEnv } from './required-env';
import { runToEnd, type Ended } from './run-to-end';

/** Where a `temporal` command looks for its server. */
export interface CommandPlace {
  /** Default: the dev server of the test run. */
  readonly address?: string;
  readonly namespace?: string;
}

/** Runs lines of a shell in which `temporal` is the command of the test run's own Temporal. */
export function runTemporal(
  lines: string,
  { address = requiredEnv('TEST_TEMPORAL_ADDRESS'), namespace = 'default' }: CommandPlace = {},
  env: Record<string, string> = {},
): Promise<Ended> {
  const script = `temporal() { "$TEMPORAL_CLI" "$@"; }\n${lines}`;
  return runToEnd('/bin/sh', ['-c', script], {
    TEMPORAL_CLI: requiredEnv('TEST_TEMPORAL_CLI'),
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    ...env,
  });
}
