import { constants } from 'node:os';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs a process's main function. If it fails, prints one line with the error and exits with status 1. Until `main`
 * calls `handlesSignals`, a signal to stop ends the process at once: without a handler, the first process of a
 * container ignores it.
 */
export function runMain(name: string, main: (handlesSignals: () => void) => Promise<void>): void {
  const exit = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
  for (const signal of STOP_SIGNALS) process.on(signal, exit);
  const handlesSignals = () => {
    for (const signal of STOP_SIGNALS) process.off(signal, exit);
  };
  main(handlesSignals).catch((error: unknown) => {
    process.stderr.write(
      `The ${name} stopped: ${error instanceof Error ? error.message : 'unknown error'}\n`,
    );
    process.exit(1);
  });
}
