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
