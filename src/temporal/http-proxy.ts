import type { ConnectionOptions } from '@temporalio/client';

const LOOPBACK_ADDRESS = /^(?:localhost|127(?:\.\d+){3}|\[::1\]):\d+$/i;

/**
 * gRPC connects through the HTTP proxy in `http_proxy`, `https_proxy` or `grpc_proxy`, and does so even to a server on
 * this machine, which the proxy can't reach. `npm run dev` must also work where these variables are set.
 */
export function noProxyToThisMachine(address = ''): NonNullable<ConnectionOptions['channelArgs']> {
  return LOOPBACK_ADDRESS.test(address) ? { 'grpc.enable_http_proxy': 0 } : {};
}
