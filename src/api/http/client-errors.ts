import type { ConnectionError, FastifyBaseLogger } from 'fastify';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { VerificationError } from '../../domain/refusals';
import { logProblem, problem } from '../problem/problem';

/** Headers for answers that do not come from a route: they do not get the security headers. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
} as const;

const statuses: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The body is too large.'],
};

/** Answers what Node does not pass to Fastify. `onError` gets each error that is answered. */
export function createClientErrors(log: FastifyBaseLogger, onError: (error: unknown) => void) {
  return {
    /** Answers data that Node can't parse as an HTTP request: writes the answer and closes the connection. */
    answerClientError({ code }: ConnectionError, socket: Socket): void {
      if (code === 'ECONNRESET' || socket.destroyed) return;
      const [status, detail] = statuses[code] ?? [400, 'This is not an HTTP request.'];
      refuse(socket, new VerificationError({ code: 'invalid_request' }, detail), status);
    },

    /** Answers CONNECT, and an `Expect` header other than `100-continue`. */
    answerUnroutedRequests(server: Server): void {
      server.on('connect', (_request, socket: Socket) =>
        refuse(socket, new VerificationError({ code: 'method_not_allowed' }, 'CONNECT is not supported.')),
      );
      // Not written to the socket: a client may still wait for the answer to an earlier request.
      server.on('checkExpectation', (_request, response: ServerResponse) => {
        const detail = 'Leave the Expect header out, or send "Expect: 100-continue".';
        const { status, headers, text } = answerTo(
          new VerificationError({ code: 'invalid_request' }, detail),
          417,
        );
        response.writeHead(status, headers).end(text);
      });
    },
  };

  /** Writes the answer to the socket and closes the connection. `status`: the default is that of the error's code. */
  function refuse(socket: Socket, error: VerificationError, status?: number): void {
    if (socket.writable) socket.write(rawAnswer(answerTo(error, status)));
    socket.destroy();
  }

  /** The answer to an error, which this also counts and logs. */
  function answerTo(error: VerificationError, status?: number): Answer {
    const answer = problem(error, status);
    onError(error);
    logProblem(log, answer, error);
    const text = JSON.stringify(answer.body);
    const headers = {
      ...SAFE_HEADERS,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)),
      connection: 'close',
    };
    return { status: answer.status, title: String(answer.body['title']), headers, text };
  }
}

interface Answer {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

function rawAnswer({ status, title, headers, text }: Answer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${text}`;
}
