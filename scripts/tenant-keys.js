const { createHash, randomBytes } = require('node:crypto');

const TENANT_ID = /^[a-z][a-z0-9-]{0,39}$/;
const MAX_NAME_CHARACTERS = 30;

const ADD_KEY = 'If the tenant is already in the file, add only the hash to its `apiKeys`.';
const ADD_VERIFY = `If the tenant is already in the file, add the hash to its \`apiKeys\`, and \`authToken\` to its \`verify\`.
If you move from Twilio Verify, keep your own \`serviceSid\` and \`accountSid\`.`;

/** 32 characters. */
function createKey() {
  return randomBytes(24).toString('base64url');
}

/** 32 characters, all of them letters or digits: Twilio's client for Go refuses others. */
function createToken() {
  return randomBytes(16).toString('hex');
}

/**
 * The form of a Twilio SID.
 * @param {string} letters
 */
function createSid(letters) {
  return `${letters}${randomBytes(16).toString('hex')}`;
}

/** @param {string} secret */
function hashOf(secret) {
  return `'sha256:${createHash('sha256').update(secret).digest('hex')}'`;
}

/**
 * Returns new secrets of a tenant, and the lines of TENANTS_FILE that contain only their hashes.
 * @param {string} id
 * @param {{ withVerify: boolean }} options
 * @throws Error with a sentence for the user
 */
function tenantKeys(id, { withVerify }) {
  if (id === 'default')
    throw new Error('The tenant default is configured by the environment: npm run keys makes its keys.');
  if (!TENANT_ID.test(id))
    throw new Error('--tenant must be a-z, 0-9 and -, at most 40 characters, and begin with a letter.');
  const apiKey = createKey();
  const authToken = createToken();
  const accountSid = createSid('AC');
  const secrets = [
    `API key:     ${apiKey}`,
    ...(withVerify ? [`Account SID: ${accountSid}`, `Auth token:  ${authToken}`] : []),
  ];
  const lines = [
    `${id}:`,
    `  name: '${id.slice(0, MAX_NAME_CHARACTERS)}'`,
    `  apiKeys: [${hashOf(apiKey)}]`,
    ...(withVerify
      ? [
          '  verify:',
          `    serviceSid: ${createSid('VA')}`,
          `    accountSid: ${accountSid}`,
          `    authToken: ${hashOf(authToken)}`,
        ]
      : []),
  ];
  return `For the backends of the tenant ${id}. Copy the secrets now: no file keeps them.

${indented(secrets)}

${withVerify ? ADD_VERIFY : ADD_KEY}

For TENANTS_FILE, below "tenants:":

${indented(lines)}
`;
}

/** @param {string[]} lines */
function indented(lines) {
  return lines.map((line) => `  ${line}`).join('\n');
}

module.exports = { tenantKeys };
