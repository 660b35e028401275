import { VerificationError } from '../../domain/refusals';
import type { Api } from '../http/http-server';
import type { Authentication } from './authentication';
import { VerifyApiError } from './errors';
import { formOf } from './form';
import { listPage, parsePage, sliceOf } from './pages';
import type { createResources } from './resources';
import * as schemas from './schemas';

export interface ServicesDependencies {
  readonly authentication: Authentication;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly resources: ReturnType<typeof createResources>;
}

const MANAGED_BY_FILE =
  'Services and rate limits are configured in TENANTS_FILE. They cannot be changed over the API. There is no safe list.';

/** What Twilio changes over its API, and this service in TENANTS_FILE. */
const MANAGED_PATHS = [
  [['POST'], '/Services'],
  [['POST', 'DELETE'], '/Services/:serviceSid'],
  [['POST'], '/Services/:serviceSid/RateLimits'],
  [['POST', 'DELETE'], '/Services/:serviceSid/RateLimits/:sid'],
  [['POST'], '/Services/:serviceSid/RateLimits/:rateLimitSid/Buckets'],
  [['POST', 'DELETE'], '/Services/:serviceSid/RateLimits/:rateLimitSid/Buckets/:sid'],
  [['POST'], '/SafeList/Numbers'],
  [['DELETE'], '/SafeList/Numbers/:phoneNumber'],
] as const satisfies readonly (readonly [methods: readonly string[], path: string])[];

/** These paths have nothing to read: GET answers 404, not 405. */
const UNREADABLE_PATHS = MANAGED_PATHS.map(([, path]) => path).filter((path) =>
  /RateLimits|SafeList/.test(path),
);

/** The services and templates of TENANTS_FILE. They can be read, and not changed. */
export function registerServices(app: Api, dependencies: ServicesDependencies): void {
  const { authentication, publicUrl, resources } = dependencies;
  const base = `${publicUrl}/v2`;

  app.get('/Services', { schema: schemas.hidden }, async (request) => {
    const page = parsePage(formOf(request.query));
    const services = authentication.servicesOf(request).map((tenant) => resources.service(tenant));
    const { items, nextToken } = sliceOf(services, page);
    return listPage(items, { url: `${base}/Services`, key: 'services', page, nextToken });
  });

  app.get('/Services/:serviceSid', { schema: schemas.service }, async (request) => {
    const { tenant } = authentication.callerOfService(request, request.params.serviceSid);
    return resources.service(tenant);
  });

  app.get('/Templates', { schema: schemas.hidden }, async (request) => {
    const query = formOf(request.query);
    const page = parsePage(query);
    const templates = authentication
      .servicesOf(request)
      .flatMap((tenant) => tenant.verify.templates.map((template) => resources.template(tenant, template)))
      .filter(({ friendly_name }) => (query['FriendlyName'] || friendly_name) === friendly_name);
    const { items, nextToken } = sliceOf(templates, page);
    return listPage(items, {
      url: `${base}/Templates`,
      key: 'templates',
      query,
      page,
      nextToken,
    });
  });

  for (const [methods, url] of MANAGED_PATHS) {
    app.route({
      method: [...methods],
      url,
      schema: schemas.managed,
      handler: async (request) => {
        const { serviceSid } = request.params;
        if (serviceSid !== undefined) authentication.callerOfService(request, serviceSid);
        throw new VerifyApiError(403, 60204, MANAGED_BY_FILE);
      },
    });
  }

  for (const url of UNREADABLE_PATHS)
    app.get(url, { schema: schemas.hidden }, async () => {
      throw new VerificationError({ code: 'not_found' });
    });
}
