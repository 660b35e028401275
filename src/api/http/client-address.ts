import { isIP } from 'node:net';
import { Address6 } from 'ip-address';

/**
 * The client to which an address belongs: an IPv4 address, or an IPv6 /64 network. Removes the port that some proxies
 * add. All invalid addresses together are one client.
 */
export function clientOf(address: string): string {
  const [, inBrackets, withPort] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  const bare = inBrackets ?? withPort ?? address;
  switch (isIP(bare)) {
    case 4:
      return bare;
    case 6: {
      const parsed = new Address6(`${bare}/64`);
      return parsed.isMapped4() ? parsed.to4().correctForm() : parsed.startAddress().correctForm();
    }
    default:
      return 'unknown';
  }
}

/** Whether the text is an IP address, without a port. */
export function isIpAddress(text: string): boolean {
  return isIP(text) !== 0;
}
