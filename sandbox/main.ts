import closeWithGrace from 'close-with-grace';
import { loadOptions } from './config';
import { type SmsSandboxOptions, startSmsSandbox } from './index';

const CLOSE_WITHIN_MS = 5_000;

async function main(): Promise<void> {
  // Texts hold codes: the journal is for its owner alone.
  process.umask(0o077);
  const options = loadOptions(process.env);
  const report = (problem: string) => console.warn(`SMS sandbox: ${problem}`);
  const sandbox = await startSmsSandbox({ ...options, report }).catch((error: unknown) => {
    throw isPortTaken(error) ? portTaken(options) : error;
  });
  closeWithGrace({ delay: CLOSE_WITHIN_MS }, async ({ err }) => {
    if (err !== undefined) console.error(err);
    await sandbox.close();
  });
  console.log(`SMS sandbox: ${sandbox.url}`);
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portTaken({ port }: SmsSandboxOptions): Error {
  return new Error(
    `The SMS sandbox can't start: port ${port} is taken. Free it, or set SMS_SANDBOX_PORT to another one.`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
