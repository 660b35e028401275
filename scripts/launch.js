const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { constants } = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');

const WHAT_TO_DO =
  'Run npm ci to install the development dependencies. For production, run ' +
  'npm ci && npm run build && npm ci --omit=dev.';

/**
 * The path of a package. Undefined if it is not installed.
 * @param {string} name
 */
function installed(name) {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/**
 * Node's arguments for a command that works in development and in production. It runs the source if the development
 * dependencies are installed, otherwise the build.
 * @param {string} name of the file, without its extension
 */
function nodeArguments(name) {
  const source = path.join(ROOT, 'dev', `${name}.ts`);
  const build = path.join(ROOT, 'dist', `${name}.js`);
  const tsx = installed('tsx/cjs');
  if (tsx !== undefined && existsSync(source)) return ['--require', tsx, source];
  if (existsSync(build) && installed('@temporalio/client') !== undefined) return [build];
  return undefined;
}

/** `node scripts/launch.js NAME …` */
function main() {
  const [name = '', ...rest] = process.argv.slice(2);
  const args = nodeArguments(name);
  if (args === undefined) {
    process.stderr.write(`npm run ${name} needs the development dependencies or the build. ${WHAT_TO_DO}\n`);
    process.exitCode = 1;
    return;
  }
  const child = spawn(process.execPath, [...args, ...rest], { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}

main();
