const { randomBytes } = require('node:crypto');
const { rmSync, writeFileSync } = require('node:fs');
const { parseArgs } = require('node:util');
const { createSecrets } = require('./create-secrets');
const { tenantKeys } = require('./tenant-keys');

const USAGE =
  'Usage: npm run keys prints a .env file. npm run keys -- --write .env writes the file. ' +
  'npm run keys -- --tenant shop [--verify] prints the keys of a tenant.';

const OPTIONS = /** @type {const} */ ({
  write: { type: 'string' },
  tenant: { type: 'string' },
  verify: { type: 'boolean' },
});

/**
 * Returns the content of a `.env` file to start from, with new keys.
 * @param {Date} today
 */
function envTemplate(today) {
  const { SECRET_KEYS, PHONE_DIGEST_KEY } = createSecrets(
    `k${today.toISOString().slice(0, 10).replaceAll('-', '')}`,
  );
  return `# The keys of your backends, comma-separated. They call the API with "Authorization: Bearer <one of these keys>".
API_KEYS=${randomBytes(24).toString('base64url')}

# One or more id:base64(32 bytes), comma-separated.
# New codes, tags and ciphertexts use the first key. Every key in the list is accepted.
# How to change them: docs/operations.md, "Key rotation".
SECRET_KEYS=${SECRET_KEYS}

# base64(32 bytes). Never change it: it makes the workflow IDs.
PHONE_DIGEST_KEY=${PHONE_DIGEST_KEY}

# From the Twilio console. Instead of the token you can set TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET.
# Instead of TWILIO_FROM you can set TWILIO_MESSAGING_SERVICE_SID.
TWILIO_ACCOUNT_SID=
TWILIO_AUTH_TOKEN=
TWILIO_FROM=
`;
}

/**
 * Creates a file that only its owner can read, from the moment of its creation.
 * @param {string} file
 * @param {string} content
 * @throws Error with a sentence for the user; an existing file is not changed
 */
function writeNewFile(file, content) {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') {
      throw new Error(`${file} already exists and was not changed. Move it, or write another file.`, {
        cause: error,
      });
    }
    // A full disk leaves an incomplete file. It is deleted, so that nobody uses it.
    if (code === 'ENOSPC' || code === 'EDQUOT') rmSync(file, { force: true });
    throw new Error(`${file} cannot be written (${code}).`, { cause: error });
  }
}

/** @param {unknown} error */
function errorCode(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** @param {string[]} args */
function parseOptions(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Error(USAGE, { cause: error });
  }
}

/**
 * `npm run keys`: prints the content of a `.env` file, or writes the file with `-- --write .env`, or prints the keys of
 * a tenant with `-- --tenant shop`.
 */
function main() {
  const { write: file, tenant, verify = false } = parseOptions(process.argv.slice(2));
  if (file === '' || (tenant === undefined ? verify : file !== undefined)) throw new Error(USAGE);
  if (tenant !== undefined) {
    process.stdout.write(tenantKeys(tenant, { withVerify: verify }));
    return;
  }
  if (file === undefined) {
    process.stdout.write(envTemplate(new Date()));
    return;
  }
  writeNewFile(file, envTemplate(new Date()));
  process.stdout.write(
    `${file} was written, and only you can read it. Set the variables of Twilio that are empty.\n`,
  );
}

if (require.main === module) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

module.exports = { envTemplate };
