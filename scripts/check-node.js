// Written in ES5 and without packages, because old versions of Node must be able to run it.
var engines = require('../package.json').engines;

/**
 * A version as a number: 20.19 is 20019.
 * @param {string} text
 */
function version(text) {
  var parts = /(\d+)\.(\d+)/.exec(text) || [];
  return Number(parts[1]) * 1000 + Number(parts[2]);
}

if (version(process.version) < version(engines.node)) {
  process.stderr.write(
    'This project needs Node ' +
      engines.node.replace('>=', '') +
      ' or newer; this is ' +
      process.version +
      '.\n'
  );
  process.exit(1);
}

// Production loads this file with -r. Only development commands run it as a script, and they need the package tsx.
if (require.main === module && !isInstalled('tsx')) {
  process.stderr.write('The development packages are missing. Run npm ci.\n');
  process.exit(1);
}

/** @param {string} name */
function isInstalled(name) {
  try {
    return require.resolve(name) !== '';
    // ES5 has no catch without a parameter.
    // oxlint-disable-next-line eslint/no-unused-vars
  } catch (error) {
    return false;
  }
}
