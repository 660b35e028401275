import { createServer } from 'node:net';
import type { MetricsAddress } from './config/metrics-address';

/**
 * The address, if this process can listen on it. Undefined, with a warning, if the port is the default and another
 * process uses it: then the process runs without metrics.
 * @throws Error that names the variable at fault
 */
export async function usableMetricsAddress(
  address: MetricsAddress | undefined,
  warn: (message: string) => void,
): Promise<MetricsAddress | undefined> {
  if (!address) return undefined;
  const { host, port, variable, isPortSet } = address;
  const code = await listenFault(host, port);
  switch (code) {
    case undefined:
      return address;
    case 'EADDRNOTAVAIL':
      throw new Error(`METRICS_HOST: this machine does not have the address ${host}`);
    case 'EADDRINUSE':
      if (isPortSet) break;
      warn(`No metrics: another process uses port ${port}. Set ${variable} to another port or to off`);
      return undefined;
  }
  throw new Error(`The port for metrics can't be used (${variable}=${port}): ${code}`);
}

/** The code of the error of an attempt to listen; undefined if it succeeds. */
function listenFault(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown error'));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
