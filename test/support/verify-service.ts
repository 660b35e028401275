import twilio from 'twilio';
import { SANDBOX_FROM } from '../../sandbox/account';
import { createWording, type Template } from '../../src/messaging/wording';
import { hashOf } from '../../src/crypto/api-keys';
import type { Tenant, VerifyService } from '../../src/tenants/tenant';
import type { Policy } from '../../src/domain/types';
import {
  DEFAULT_POLICY,
  serviceTenant,
  startService,
  type Service,
  type ServiceOptions,
  type ServiceTenant,
} from './service';
import { assertTwilioAnswer } from './verify-answers';

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
  /** Other rules of the tenant `shop`. */
  readonly rules?: Partial<Pick<Tenant, 'cooldownSeconds' | 'numberRules' | 'limits'>>;
  /** User names of `shop` beside ACCOUNT_SID, with their passwords. */
  readonly apiKeys?: Readonly<Record<string, string>>;
}

/** A running service with the tenant `shop`, and the official client of Twilio for it. */
export async function startVerifyService(
  server: Pick<ServiceOptions, 'client' | 'nativeConnection'>,
  { verify, verifyPolicy, rules, apiKeys, ...options }: VerifyServiceOptions = {},
) {
  const shop = verifyTenant('shop', { verify, policy: verifyPolicy, rules, apiKeys });
  const service = await startService({
    ...server,
    withStatusCallback: true,
    ...options,
    tenants: [shop, ...(options.tenants ?? [])],
  });
  return { service, ...clientOf(service) };
}

export interface VerifyTenantOptions {
  readonly verify?: Partial<VerifyService> | undefined;
  readonly policy?: Partial<Policy> | undefined;
  readonly rules?: VerifyServiceOptions['rules'];
  readonly authToken?: string;
  readonly apiKeys?: VerifyServiceOptions['apiKeys'];
}

/** A tenant that is a service of Twilio Verify's API. */
export function verifyTenant(
  id: string,
  { verify, policy, rules, authToken = AUTH_TOKEN, apiKeys = {} }: VerifyTenantOptions = {},
): ServiceTenant {
  const accountSid = verify?.accountSid ?? ACCOUNT_SID;
  const tenant = serviceTenant(id, {
    policy: { ...VERIFY_POLICY, ...policy },
    cooldownSeconds: [0],
    ...rules,
    verify: {
      serviceSid: SERVICE_SID,
      accountSid,
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
        templates: verify?.templates ?? TEMPLATES,
        defaultTemplateSid: verify?.defaultTemplateSid,
        doNotShareWarning: verify?.doNotShareWarningEnabled ?? false,
      }),
      sender: { from: SANDBOX_FROM },
    },
  });
  const passwords = Object.entries({ [accountSid]: authToken, ...apiKeys });
  const verifyCredentials = passwords.map(([username, password]) => ({
    username,
    passwordHash: hashOf(password),
  }));
  return { ...tenant, verifyCredentials };
}

/** Compares every answer with Twilio's OpenAPI document. */
class CheckedRequestClient extends twilio.RequestClient {
  override async request<Data>(options: Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0]) {
    const response = await super.request<Data>(options as never);
    const { statusCode, headers, body } = response as unknown as {
      statusCode: number;
      headers: Record<string, string>;
      body: unknown;
    };
    assertTwilioAnswer({
      method: options.method,
      url: options.uri,
      status: statusCode,
      contentType: headers['content-type'] ?? '',
      body: typeof body === 'string' ? JSON.parse(body) : body,
    });
    return response;
  }
}

/** The official client, of which only the base URL is changed. It checks each answer, as `send` does. */
export function clientOf(service: Pick<Service, 'app'>, username = ACCOUNT_SID, password = AUTH_TOKEN) {
  const address = service.app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The API does not listen on a port');
  const client = twilio(username, password, {
    accountSid: ACCOUNT_SID,
    httpClient: new CheckedRequestClient(),
  });
  client.verify.baseUrl = `http://127.0.0.1:${address.port}`;
  return { client, shop: client.verify.v2.services(SERVICE_SID), baseUrl: client.verify.baseUrl };
}

export interface RawRequest {
  readonly method?: string;
  /** Default: those of `shop`. Null for a request without credentials. */
  readonly credentials?: readonly [username: string, password: string] | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form, or a body that is sent as it is. */
  readonly body?: Readonly<Record<string, string>> | string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Sends what the official client can't send. `path`: after the base URL. */
export async function send(
  baseUrl: string,
  path: string,
  { method, credentials = [ACCOUNT_SID, AUTH_TOKEN], headers = {}, body }: RawRequest = {},
): Promise<RawAnswer> {
  const form = typeof body === 'object' ? new URLSearchParams(body).toString() : body;
  const response = await fetch(`${baseUrl}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(credentials && { authorization: basic(...credentials) }),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(form !== undefined && { body: form }),
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
  assertTwilioAnswer({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url: response.url,
    status: answer.status,
    contentType: response.headers.get('content-type') ?? '',
    body: answer.body,
  });
  return answer;
}
