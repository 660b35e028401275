const { randomBytes } = require('node:crypto');

/**
 * Creates new secrets, by the names of their environment variables.
 * @param {string} keyId
 */
function createSecrets(keyId) {
  return {
    SECRET_KEYS: `${keyId}:${randomBytes(32).toString('base64')}`,
    PHONE_DIGEST_KEY: randomBytes(32).toString('base64'),
  };
}

module.exports = { createSecrets };
