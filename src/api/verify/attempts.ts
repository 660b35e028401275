import type { Digests } from '../../crypto/digest';
import type { VerifySids } from '../../crypto/verify-sids';
import { isRefusal } from '../../domain/refusals';
import type { FoundVerification } from '../../gateway/search/verification-search';
import type { Verifications } from '../../gateway/verifications';
import type { Api } from '../http/http-server';
import { parseAttemptFilter } from './attempt-filter';
import { createAttemptPages, type Attempt } from './attempt-pages';
import { createAttemptResources } from './attempt-resources';
import type { Authentication } from './authentication';
import { invalidParameter, notFound } from './errors';
import { formOf } from './form';
import { listPage, parseForwardPage, type PageQuery } from './pages';
import type { ServiceTenant } from './resources';
import * as schemas from './schemas';

export interface AttemptsDependencies {
  readonly verifications: Pick<Verifications, 'search'>;
  readonly authentication: Authentication;
  readonly verifySids: VerifySids;
  readonly digests: Digests;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

const SUMMARY_FILTERS = ['VerifyServiceSid', 'DateCreatedAfter', 'DateCreatedBefore', 'Country', 'Channel'];

/**
 * The attempts of Twilio Verify's API. Each message of a verification is one, from its start on. They are read from
 * Temporal's visibility, which is eventually consistent: an attempt is in the list and in the summary about a second
 * later, and the messages after the first when the verification has ended. Temporal forgets them after the namespace's
 * retention. See VerificationSearch for how messages are counted, and Attempt for which one is converted. A message that
 * the provider refused is not in the list. It can be fetched by the SID that its create returned.
 *
 * The dates of a filter are about the verification's start: `DateCreatedAfter` is included, `DateCreatedBefore` is not.
 */
export function registerAttempts(app: Api, dependencies: AttemptsDependencies): void {
  const { verifications, authentication, verifySids, digests, publicUrl } = dependencies;
  const { search } = verifications;
  const resources = createAttemptResources({ sids: verifySids, publicUrl });
  const readPage = createAttemptPages(search, digests);

  app.get('/Attempts', { schema: schemas.hidden }, async (request) => {
    const query = formOf(request.query);
    const page = parseForwardPage(query);
    const services = authentication.servicesOf(request);
    const filter = parseAttemptFilter(query, services, verifySids);
    const { attempts, nextToken } = await search.inTurn(() => readPage(filter, page));
    const items = attempts.flatMap((attempt) => {
      const tenant = services.find(({ id }) => id === attempt.verification.tenantId);
      return tenant ? [resources.attempt(tenant, attempt)] : [];
    });
    const url = `${publicUrl}/v2/Attempts`;
    return listPage(items, { url, key: 'attempts', query, page, nextToken, isForwardOnly: true });
  });

  app.get('/Attempts/Summary', { schema: schemas.hidden }, async (request) => {
    const query = formOf(request.query);
    // Search attributes hold no numbers, and so no prefixes.
    if ((query['DestinationPrefix'] ?? '') !== '') throw invalidParameter('DestinationPrefix');
    const filters: PageQuery = Object.fromEntries(SUMMARY_FILTERS.map((name) => [name, query[name]]));
    const filter = parseAttemptFilter(filters, authentication.servicesOf(request), verifySids);
    return resources.summary(await search.inTurn(() => search.count(filter)));
  });

  app.get('/Attempts/:sid', { schema: schemas.attempt }, async (request) => {
    const { sid } = request.params;
    for (const tenant of authentication.servicesOf(request)) {
      const attempt = await findAttempt(tenant, sid);
      if (attempt) return resources.attempt(tenant, attempt);
    }
    throw notFound(`/Attempts/${sid}`);
  });

  /** Undefined if the SID is not that of a message of this service. */
  async function findAttempt(
    { id: tenantId, verify }: ServiceTenant,
    sid: string,
  ): Promise<Attempt | undefined> {
    const named = verifySids.openAttempt(verify.serviceSid, sid);
    if (!named) return undefined;
    const verification = await undefinedIfNotFound(search.find({ tenantId, ...named }));
    if (!verification) return undefined;
    const { requested, counted, error } = await verification.details();
    const message = requested[named.index];
    const isLast = named.index === counted.at(-1)?.index;
    const isConverted = verification.status === 'verified' && isLast;
    return message && { verification, message, isConverted, error };
  }
}

async function undefinedIfNotFound(
  finding: Promise<FoundVerification>,
): Promise<FoundVerification | undefined> {
  try {
    return await finding;
  } catch (error) {
    if (isRefusal(error, 'not_found')) return undefined;
    throw error;
  }
}
