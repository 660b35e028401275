import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface TargetRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request whose target may be a whole URL, which `inject` and `fetch` can't send. `origin`: of the service. */
export async function sendToTarget(
  origin: string,
  target: string,
  { method = 'GET', headers = {}, body = '' }: TargetRequest = {},
): Promise<{ status: number | undefined; text: string }> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, path: target, headers }, (response) => {
      text(response).then((received) => resolve({ status: response.statusCode, text: received }), reject);
    })
      .on('error', reject)
      .end(body);
  });
}
