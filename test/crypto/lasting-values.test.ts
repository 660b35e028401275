import { createCapabilities } from '../../src/crypto/capability';
import { createNonce, deriveCode, deriveTag } from '../../src/crypto/code';
import { createDigests } from '../../src/crypto/digest';
import { decrypt } from '../../src/crypto/encryption';
import { createKeyRing } from '../../src/crypto/key-ring';
import { createVerifySids } from '../../src/crypto/verify-sids';

// Values that must never change. During an update, processes of two versions work together, and what an earlier version
// has stored stays valid. These values were computed without this code, by the steps that its comments describe.

const keyRing = createKeyRing([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]);
const phoneDigestKey = Buffer.alloc(32, 2);
const PHONE_NUMBER = '+14255550123';
const WORKFLOW_ID = `phone-verification:${'0123456789abcdef'.repeat(2)}`;
const SOURCE = { workflowId: WORKFLOW_ID, nonce: 'AAECAwQFBgcICQoLDA0ODw' };
const PUBLIC_ID = 'A'.repeat(64);

test.each([
  [4, '6830'],
  [8, '58726830'],
  [10, '0193696734'],
])('the code with %i digits is %s', (length, code) => {
  expect(deriveCode(keyRing.first, SOURCE, length)).toBe(code);
});

test('the tag of a code', () => {
  expect(deriveTag(keyRing.first, SOURCE, '2168')).toBe('oyUCAp3q_Qu8baoc2GVAiXVoFmuV0q7VI7JieUCcEj4');
});

test('a nonce has 16 bytes', () => {
  expect(Buffer.from(createNonce(), 'base64url')).toHaveLength(16);
});

test.each([
  ['default', 'AABq_YbAsYjR7xqioPpu7AhaM9EgBbOEcwlLGJad1_n9IT4F3Mk'],
  ['shop', 'AABq_YbAz1fsUYJxUrXXtZcA4yt_3wMmyKY8XIKKzNFehACTJ9I.shop'],
])('a capability of the tenant %s', (tenantId, capability) => {
  const expiresAt = 1_795_000_000_000;
  const capabilities = createCapabilities(keyRing);
  expect(capabilities.grant('status', { tenantId, id: PUBLIC_ID }, expiresAt)).toBe(capability);
});

test('an encrypted payload', () => {
  const data = Buffer.from('AAECAwQFBgcICQoLjpTgy5YdRWLfTr88Sp4p6RrBlRhCmxQ', 'base64url');
  const content = decrypt(keyRing, { keyId: 'k1', context: WORKFLOW_ID, data });
  expect(Buffer.from(content).toString()).toBe('content');
});

describe('the digest', () => {
  const digests = createDigests(phoneDigestKey);

  test.each([
    ['default', '8d9e5d52cc0ae3c7a295dedf4d1c2141'],
    ['shop', 'ef451a8e31a2f144da1bffd8ff636a0c'],
  ])('of a number at the tenant %s, which makes its workflow ID', (tenantId, digest) => {
    expect(digests.phoneNumber(tenantId, PHONE_NUMBER).toString('hex')).toBe(digest);
  });

  test('of an Idempotency-Key and of the other fields of its request', () => {
    expect(digests.idempotencyKey('start', 'alice', 'key')).toBe(
      'ttJEujKI8DvOwSo3Ldqy-5YoAhV0NRCyksvSvExPd6w',
    );
    expect(digests.fields({ clientIp: '198.51.100.7' })).toBe('zWwRMnnr46-XHZzHv7CwWFwscj-AdxlTa60lm7HgCvk');
  });

  test('of what a limit counts, and of a page token', () => {
    expect(digests.limit('caller', 'alice')).toBe('PZEKyi9cBU43tkLT5pdAXMkD_UXNALhHXAIopEZD1lE');
    expect(digests.pageToken('content')).toBe('vCelLLEsFERTpZoX');
  });
});

test('the SIDs of a verification and of its fourth message', () => {
  const sids = createVerifySids(phoneDigestKey);
  const service = `VA${'a'.repeat(32)}`;
  expect(sids.verification(service, PHONE_NUMBER, PUBLIC_ID)).toBe('VEf5a3d1b251fbea202c37ddf85680c418');
  expect(sids.attempt(service, PHONE_NUMBER, PUBLIC_ID, 3)).toBe('VL4df20d6a50b1485270b2f226d9c9434b');
});
