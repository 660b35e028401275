import { freePort, LOOPBACK, urlOf } from '../harness/ports';
import { startProcess } from '../harness/processes/start-process';
import { isOk, sourceCommand } from '../harness/service/process-specs';
import { serviceEnvironment } from '../harness/service/service-environment';
import { waitUntil } from '../harness/wait-until';

const DEFAULT_PUBLIC_URL = 'http://localhost:3000';
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;

/** The OpenAPI document of every surface. It comes from an API that is started for this, and that needs no Temporal. */
export async function openApiDocument(publicUrl: string): Promise<object> {
  const port = await freePort();
  const url = urlOf(LOOPBACK, port);
  const env = serviceEnvironment({
    PORT: `${port}`,
    PUBLIC_URL: publicUrl,
    CODEC_SERVER_TOKEN: 'shows-the-codec-server',
  });
  const lines: string[] = [];
  const api = startProcess(sourceCommand('src/server.ts', env), (line) => lines.push(line));
  const ended = new AbortController();
  void api.exited.then(() => ended.abort());
  try {
    await waitUntil(() => isOk(`${url}/healthz`), {
      what: 'the API',
      limitMs: START_LIMIT_MS,
      signal: ended.signal,
    });
    const answer = await fetch(`${url}/openapi.json`);
    return Object(await answer.json());
  } catch (error) {
    throw new Error(`The API printed:\n${lines.join('\n')}`, { cause: error });
  } finally {
    await api.stop(STOP_LIMIT_MS);
  }
}

async function main(): Promise<void> {
  const document = await openApiDocument(process.env['PUBLIC_URL'] ?? DEFAULT_PUBLIC_URL);
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
