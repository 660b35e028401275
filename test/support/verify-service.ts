import twilio from 'twilio';
import { SANDBOX_FROM } from '../../sandbox/account';
import { createWording, type Template } from '../../src/messaging/wording';
import { hashOf } from '../../src/crypto/api-keys';
import type { VerifyService } from '../../src/tenants/tenant';
import type { Policy } from '../../src/domain/types';
import { DEFAULT_POLICY, serviceTenant, startService, type Service, type ServiceOptions } from './service';

export const SERVICE_SID = `VA${'a'.repeat(32)}`;
export const ACCOUNT_SID = `AC${'b'.repeat(32)}`;
export const AUTH_TOKEN = 'the-auth-token-of-the-shop';
export const TEMPLATE_SID = `HJ${'c'.repeat(32)}`;

const TEMPLATES: readonly Template[] = [
  {
    sid: TEMPLATE_SID,
    name: 'default',
    locales: [
      { locale: 'en', sentence: '{name}: {code} is your code. Order {order}.' },
      { locale: 'de', sentence: '{name}: {code} ist Ihr Code. Bestellung {order}.' },
    ],
  },
];

/** The rules of Twilio Verify. */
export const VERIFY_POLICY: Policy = {
  ...DEFAULT_POLICY,
  codeLength: 6,
  windowMs: 600_000,
  maxAttempts: 5,
  maxResends: 4,
  resendIntervalMs: 0,
};

export interface VerifyServiceOptions extends Partial<ServiceOptions> {
  readonly verify?: Partial<VerifyService>;
  readonly verifyPolicy?: Partial<Policy>;
}

/** A running service with the tenant `shop`, and the official client of Twilio for it. */
export async function startVerifyService(
  server: Pick<ServiceOptions, 'client' | 'nativeConnection'>,
  { verify, verifyPolicy, ...options }: VerifyServiceOptions = {},
) {
  const { tenant, ...shop } = serviceTenant('shop', {
    policy: { ...VERIFY_POLICY, ...verifyPolicy },
    cooldownSeconds: [0],
    verify: {
      serviceSid: SERVICE_SID,
      accountSid: ACCOUNT_SID,
      friendlyName: 'Shop',
      customCodeEnabled: true,
      doNotShareWarningEnabled: false,
      fetchEnded: false,
      templates: TEMPLATES,
      rateLimits: { session: { max: 2, periodMs: 600_000 } },
      ...verify,
    },
    messaging: {
      wording: createWording({
        sentence: 'Your {name} verification code is: {code}',
        name: 'Shop',
        templates: TEMPLATES,
      }),
      sender: { from: SANDBOX_FROM },
    },
  });
  const verifyCredentials = [{ username: ACCOUNT_SID, passwordHash: hashOf(AUTH_TOKEN) }];
  const service = await startService({
    ...server,
    withStatusCallback: true,
    ...options,
    tenants: [{ ...shop, tenant, verifyCredentials }, ...(options.tenants ?? [])],
  });
  return { service, ...clientOf(service) };
}

/** The official client, of which only the base URL is changed. */
export function clientOf(service: Pick<Service, 'app'>, username = ACCOUNT_SID, password = AUTH_TOKEN) {
  const address = service.app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The API does not listen on a port');
  const client = twilio(username, password, { accountSid: ACCOUNT_SID });
  client.verify.baseUrl = `http://127.0.0.1:${address.port}`;
  return { client, shop: client.verify.v2.services(SERVICE_SID), baseUrl: client.verify.baseUrl };
}
