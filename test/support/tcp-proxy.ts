import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '../../harness/ports';

/** A proxy for a server that can interrupt all connections. `target`: host name and port. */
export class TcpProxy {
  readonly #server: Server = createServer((caller) => this.#receive(caller));
  readonly #connections = new Set<Socket>();
  #isCutOff = false;

  constructor(private target: string) {}

  async open(): Promise<string> {
    this.#server.listen(0, LOOPBACK);
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return `${LOOPBACK}:${port}`;
  }

  /** New connections lead to this server. */
  useTarget(target: string): void {
    this.target = target;
  }

  cutOff(): void {
    this.#isCutOff = true;
    this.#destroyAll();
  }

  /** Accepts connections again, at the worst moment: right after it has closed one. */
  async restore(): Promise<void> {
    await once(this.#server, 'connection');
    this.#isCutOff = false;
  }

  /** The open connections stay open, but nothing passes them any more: as if the server's machine were gone. */
  freeze(): void {
    for (const connection of this.#connections) connection.unpipe().removeAllListeners('close').resume();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#destroyAll();
    await once(this.#server, 'close');
  }

  #receive(caller: Socket): void {
    if (this.#isCutOff) return void caller.destroy();
    const { hostname, port } = new URL(`tcp://${this.target}`);
    const callee = connect(Number(port), hostname);
    for (const [from, to] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      this.#connections.add(from);
      // If one side closes in any way, the other side is closed as well.
      from.once('close', () => {
        this.#connections.delete(from);
        to.destroy();
      });
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  }

  #destroyAll(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}
