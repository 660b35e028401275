/** Runs a command. If it fails, prints the error's message to stderr and ends this process with exit code 1. */
export function exitOnError(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    // Does not wait for work that was in progress when it failed.
    process.exit(1);
  });
}
