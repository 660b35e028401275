import { createSecureServer, type SecureServerOptions, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';

/** A certificate and its private key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Signed by `authority`; without it, by itself. */
export async function createKeyPair(commonName: string, authority?: KeyPair): Promise<KeyPair> {
  const isAuthority = authority === undefined;
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: isAuthority, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: isAuthority, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: commonName }] },
    ],
    ...(authority && { ca: authority }),
  });
  return { cert, key };
}

/** What a Temporal server learns about one request. */
export interface ReceivedCall {
  readonly method: string | undefined;
  readonly authorization: string | undefined;
  readonly namespace: string | string[] | undefined;
  /** The host name that the client asked for (SNI). */
  readonly serverName: string | false | null | undefined;
  /** The name in the client's certificate. */
  readonly client: string | string[] | undefined;
}

export interface TlsTemporal {
  readonly address: string;
  readonly calls: readonly ReceivedCall[];
  /** Aborted as soon as a connection ends, also if client and server do not agree on TLS. */
  connectionEnds(): AbortSignal;
  close(): Promise<void>;
}

/** An empty message, in gRPC's framing: not compressed, 0 bytes. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/** A gRPC server with TLS that answers every call with an empty message. */
export async function startTlsTemporal(options: SecureServerOptions): Promise<TlsTemporal> {
  const calls: ReceivedCall[] = [];
  const server = createSecureServer(options);
  const sessions = new Set<ServerHttp2Session>();
  let connection = new AbortController();
  const endConnection = () => connection.abort();
  server.on('tlsClientError', endConnection);
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', endConnection);
  });
  server.on('stream', (stream, headers) => {
    // Node's type is the one of a socket without TLS.
    const socket = stream.session?.socket as TLSSocket | undefined;
    calls.push({
      method: headers[':path'],
      authorization: headers.authorization,
      namespace: headers['temporal-namespace'],
      serverName: socket?.servername,
      client: socket?.getPeerCertificate().subject?.CN,
    });
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(EMPTY_MESSAGE);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    calls,
    connectionEnds() {
      connection = new AbortController();
      return connection.signal;
    },
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
