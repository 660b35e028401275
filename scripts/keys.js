const { randomBytes } = require('node:crypto');
const { rmSync, writeFileSync } = require('node:fs');
const { parseArgs } = require('node:util');
const { createSecrets } = require('./create-secrets');

const USAGE =
  'Usage: npm run keys, which prints a .env; or npm run keys -- --write .env, which makes the file.';

/**
 * A `.env` to start from.
 * @param {Date} today
 */
function envTemplate(today) {
  const { SECRET_KEYS, PHONE_DIGEST_KEY } = createSecrets(
    `k${today.toISOString().slice(0, 10).replaceAll('-', '')}`,
  );
  return `# Who may call the API: comma-separated keys, sent as "Authorization: Bearer …".
API_KEYS=${randomBytes(24).toString('base64url')}

# The first one makes, all of them accept. Rotation: add a key last everywhere, then move it first, later drop the old.
SECRET_KEYS=${SECRET_KEYS}

# Never changes: it makes workflow IDs.
PHONE_DIGEST_KEY=${PHONE_DIGEST_KEY}

# From the Twilio console. TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET may stand in for the token,
# TWILIO_MESSAGING_SERVICE_SID for the sender.
TWILIO_ACCOUNT_SID=
TWILIO_AUTH_TOKEN=
TWILIO_FROM=
`;
}

/**
 * Makes a file that only its owner can read, from its first moment on.
 * @param {string} file
 * @param {string} content
 * @throws Error with a sentence for the user; a file that exists stays as it is
 */
function writeNewFile(file, content) {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') {
      throw new Error(`${file} exists and was not changed. Move it away, or name another file.`, {
        cause: error,
      });
    }
    // A full disk leaves half a file: without all of its keys it must not pass for a whole one.
    if (code === 'ENOSPC' || code === 'EDQUOT') rmSync(file, { force: true });
    throw new Error(`${file} can not be written (${code}).`, { cause: error });
  }
}

/** @param {unknown} error */
function errorCode(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** @param {string[]} args */
function fileToWrite(args) {
  try {
    return parseArgs({ args, options: { write: { type: 'string' } } }).values.write;
  } catch (error) {
    throw new Error(USAGE, { cause: error });
  }
}

/** `npm run keys`: prints a `.env`, or makes it with `-- --write .env`. */
function main() {
  const file = fileToWrite(process.argv.slice(2));
  if (file === undefined) {
    process.stdout.write(envTemplate(new Date()));
    return;
  }
  writeNewFile(file, envTemplate(new Date()));
  process.stdout.write(
    `${file} is made, and only you can read it. Fill in the variables of Twilio that are empty.\n`,
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
