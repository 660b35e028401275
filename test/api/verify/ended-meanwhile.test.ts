import { randomBytes, randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { createHttpServer } from '../../../src/api/http/http-server';
import { registerVerify, type VerifyDependencies } from '../../../src/api/verify/routes';
import { createVerifySids } from '../../../src/crypto/verify-sids';
import { formatVerificationId, workflowIdFor } from '../../../src/gateway/ids';
import type { IdentifiedView } from '../../../src/gateway/verifications';
import { createTenants } from '../../../src/tenants/registry';
import { serviceTenant, testDigests } from '../../support/service';
import { ACCOUNT_SID, AUTH_TOKEN, basic, SERVICE_SID, verifyTenant } from '../../support/verify-service';

const phoneNumber = '+14255550123';
const id = formatVerificationId({
  workflowId: workflowIdFor(testDigests.phoneNumber('shop', phoneNumber)),
  runId: randomUUID(),
  nonce: randomBytes(16).toString('base64url'),
});
const now = new Date().toISOString();
const pending = {
  id,
  phoneNumber,
  status: 'pending',
  createdAt: now,
  updatedAt: now,
  messagesAt: [now],
} as Partial<IdentifiedView> as IdentifiedView;

test.each([
  ['canceled', 200],
  ['verified', 404],
  ['expired', 404],
] as const)('a cancel of a verification that is then %s gets %i', async (status, answer) => {
  const { tenant, verifyCredentials = [] } = verifyTenant('shop');
  const dependencies = {
    verifications: {
      latestId: async () => id,
      get: async () => pending,
      cancel: async () => ({ ...pending, status }),
    },
    tenants: createTenants([
      { tenant: serviceTenant('default').tenant, apiKeyHashes: [] },
      { tenant, apiKeyHashes: [], verifyCredentials },
    ]),
    verifySids: createVerifySids(Buffer.alloc(32, 2)),
    publicUrl: 'https://verify.example.com',
    digests: testDigests,
  } as unknown as VerifyDependencies;
  const app = createHttpServer({ logger: false, trustProxy: false });
  app.register(async (scope) => registerVerify(scope.withTypeProvider<TypeBoxTypeProvider>(), dependencies));

  const response = await app.inject({
    method: 'POST',
    url: `/Services/${SERVICE_SID}/Verifications/${phoneNumber}`,
    headers: {
      authorization: basic(ACCOUNT_SID, AUTH_TOKEN),
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: 'Status=canceled',
  });

  expect(response.statusCode).toBe(answer);
});
