const { randomBytes } = require('node:crypto');

/**
 * New ones, under the names of the variables that take them.
 * @param {string} keyId
 */
function createSecrets(keyId) {
  return {
    SECRET_KEYS: `${keyId}:${randomBytes(32).toString('base64')}`,
    PHONE_DIGEST_KEY: randomBytes(32).toString('base64'),
  };
}

module.exports = { createSecrets };
