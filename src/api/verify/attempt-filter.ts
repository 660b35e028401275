import type { VerifySids } from '../../crypto/verify-sids';
import type { TenantNumber, VerificationFilter } from '../../gateway/search/verification-search';
import { acceptedPhoneNumber } from '../../numbers/phone-number';
import { invalidParameter } from './errors';
import { E164, withPlus } from './form';
import type { PageQuery } from './pages';
import type { ServiceTenant } from './resources';
import { isSameSid, isSid } from './sids';

const CHANNELS: readonly string[] = ['sms', 'call', 'email', 'whatsapp', 'rbm'];
const COUNTRY = /^[A-Z]{2}$/i;
/**
 * RFC 3339. A date alone is its midnight in UTC. Twilio's client for Java leaves out seconds that are 0, and adds the time
 * zone, as in `2026-11-28T09:00+01:00[Europe/Berlin]`.
 */
const DATE =
  /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})(\[[\w/+:.~-]+\])?)?$/i;
/** Databases of Temporal do not know every year. */
const FIRST_TIME_MS = 0;
const LAST_TIME_MS = Date.UTC(9999, 0);

/**
 * The filter of a list of attempts, or of their summary. `tenants`: those whose credentials were sent. A filter that
 * excludes everything, such as another channel or another tenant's service, has no tenants.
 * @throws VerifyApiError for a value that is not valid
 */
export function parseAttemptFilter(
  query: PageQuery,
  tenants: readonly ServiceTenant[],
  sids: VerifySids,
): VerificationFilter {
  const valueOf = (name: string) => (query[name] === '' ? undefined : query[name]);
  const checked = (name: string, isValid: (value: string) => boolean) => {
    const value = valueOf(name);
    if (value !== undefined && !isValid(value)) throw invalidParameter(name);
    return value;
  };
  const to = valueOf('ChannelData.To');
  const channel = checked('Channel', (value) => CHANNELS.includes(value));
  const status = checked('Status', (value) => ['converted', 'unconverted'].includes(value));
  const serviceSid = checked('VerifyServiceSid', (value) => isSid('VA', value));
  const wanted = tenants.filter(
    ({ verify }) =>
      (channel ?? 'sms') === 'sms' && (serviceSid === undefined || isSameSid(verify.serviceSid, serviceSid)),
  );
  return {
    tenantIds: wanted.map(({ id }) => id),
    startedFrom: timeOf(checked('DateCreatedAfter', isDate)),
    startedBefore: timeOf(checked('DateCreatedBefore', isDate)),
    country: checked('Country', (value) => COUNTRY.test(value))?.toUpperCase(),
    verified: status === undefined ? undefined : status === 'converted',
    numbers: numbersOf(
      {
        sid: checked('VerificationSid', (value) => isSid('VE', value)),
        to: to === undefined ? undefined : withPlus(to),
      },
      wanted,
      sids,
    ),
  };
}

function isDate(value: string): boolean {
  const [, day] = DATE.exec(value) ?? [];
  return day !== undefined && isDay(day) && !Number.isNaN(parseDate(value));
}

/** The offset decides, not the time zone after it. NaN for a date that does not exist. */
function parseDate(date: string): number {
  return Date.parse(date.replace(/\[.*/, ''));
}

/** Date.parse reads 31 February as a day in March. */
function isDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

function timeOf(date: string | undefined): string | undefined {
  if (date === undefined) return undefined;
  const time = Math.min(Math.max(parseDate(date), FIRST_TIME_MS), LAST_TIME_MS);
  return new Date(time).toISOString();
}

/** Each service has its own SIDs, and each tenant its own verifications of a number. */
function numbersOf(
  { sid, to }: { readonly sid: string | undefined; readonly to: string | undefined },
  tenants: readonly ServiceTenant[],
  sids: VerifySids,
): TenantNumber[] | undefined {
  if (to !== undefined && !E164.test(to)) throw invalidParameter('ChannelData.To');
  if (sid === undefined && to === undefined) return undefined;
  return tenants.flatMap(({ id: tenantId, numberRules, verify }) => {
    const number = to === undefined ? undefined : canonical(to, numberRules);
    const named = sid === undefined ? undefined : sids.openVerification(verify.serviceSid, sid);
    const phoneNumber = named?.phoneNumber ?? number;
    const isNone = (sid !== undefined && !named) || (number !== undefined && phoneNumber !== number);
    return phoneNumber === undefined || isNone
      ? []
      : [{ tenantId, phoneNumber, ...(named && { is: named.is }) }];
  });
}

/** @throws VerifyApiError for a number that can't exist */
function canonical(to: string, rules: ServiceTenant['numberRules']): string {
  try {
    return acceptedPhoneNumber(to, rules).e164;
  } catch {
    throw invalidParameter('ChannelData.To');
  }
}
