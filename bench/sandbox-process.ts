import { readFile } from 'node:fs/promises';
import { startSmsSandbox } from '../sandbox';

/** What the process prints: one JSON object for each line. */
export type SandboxLine =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'message'; readonly to: string; readonly body: string; readonly isDelivered: boolean };

/**
 * `sandbox-process.ts ACCOUNT_SID AUTH_TOKEN [KEY_FILE CERTIFICATE_FILE]`: the SMS sandbox as a process of its own, so
 * that its CPU time can be told from the load generator's. With two files it uses TLS. It prints each message, when it
 * arrives and when it is delivered.
 */
async function main(
  accountSid = '',
  authToken = '',
  keyFile?: string,
  certificateFile?: string,
): Promise<void> {
  const files = [keyFile, certificateFile].filter((file) => file !== undefined);
  const [key, cert] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const { url } = await startSmsSandbox({
    port: 0,
    accountSid,
    authToken,
    ...(key !== undefined && cert !== undefined && { tls: { key, cert } }),
    // Ends the benchmark: without delivery reports, it would measure less than production does.
    report: (problem) => {
      process.stderr.write(`${problem}\n`);
      process.exit(1);
    },
    onStatus: ({ to, body, status }) => {
      if (status !== 'queued' && status !== 'delivered') return;
      print({ kind: 'message', to, body, isDelivered: status === 'delivered' });
    },
  });
  print({ kind: 'listening', url });
}

function print(line: SandboxLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

void main(...process.argv.slice(2));
