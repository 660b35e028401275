import closeWithGrace from 'close-with-grace';
import { loadOptions } from './config';
import { type SmsSandboxOptions, startSmsSandbox } from './index';

const CLOSE_WITHIN_MS = 5_000;

async function main(): Promise<void> {
  // Messages contain codes: only the owner may read the files.
  process.umask(0o077);
  const options = loadOptions(process.env);
  const report = (problem: string) => console.warn(`SMS sandbox: ${problem}`);
  const sandbox = await startSmsSandbox({ ...options, report }).catch((error: unknown) => {
    throw isPortInUse(error) ? portInUseError(options) : error;
  });
  closeWithGrace({ delay: CLOSE_WITHIN_MS }, async ({ err }) => {
    if (err !== undefined) console.error(err);
    await sandbox.close();
  });
  console.log(`SMS sandbox: ${sandbox.url}`);
}

function isPortInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portInUseError({ port }: SmsSandboxOptions): Error {
  return new Error(
    `The SMS sandbox can't start: port ${port} is in use. Free it, or set SMS_SANDBOX_PORT to another port.`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
