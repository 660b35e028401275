import * as answers from '../support/verify-schemas';
import * as fields from './verify-fields';

/** Twilio's error codes by HTTP status. */
type ErrorCodes = Readonly<Record<number, readonly number[]>>;

export interface VerifyOperation {
  readonly query?: Readonly<Record<string, object>>;
  readonly form?: fields.Form | undefined;
  /** Whether a request can have an `Idempotency-Key`. */
  readonly isRepeatable?: boolean;
  /** Undefined if every request is refused. */
  readonly answer?: { readonly status: number; readonly schema: object };
  readonly errors: ErrorCodes;
}

const INVALID = 60200;
const NOT_FOUND = 20404;
const MANAGED_BY_FILE = 60204;

const ok = (schema: object) => ({ status: 200, schema });
const list = (key: string, item: object, query: VerifyOperation['query'] = fields.pageQuery) => ({
  query,
  answer: ok(answers.pageOf(key, item)),
  errors: { 400: [INVALID] },
});

/** Only TENANTS_FILE changes services and rate limits. */
const managed = (form?: fields.Form): VerifyOperation => ({
  form,
  errors: { 403: [MANAGED_BY_FILE], 404: [NOT_FOUND] },
});
/** The path has no service that could be missing. */
const managedAtTop = (form?: fields.Form): VerifyOperation => ({ form, errors: { 403: [MANAGED_BY_FILE] } });
const missing: VerifyOperation = { errors: { 404: [NOT_FOUND] } };

/** The operations of docs/twilio-verify.md, with the errors of each. Every operation also has 401. */
export const operations: Readonly<Record<string, Readonly<Record<string, VerifyOperation>>>> = {
  '/v2/Services/{ServiceSid}/Verifications': {
    post: {
      form: fields.createVerification,
      isRepeatable: true,
      answer: { status: 201, schema: answers.verification },
      errors: {
        // The last four are the provider's.
        400: [INVALID, 60217, 60223, 60224, 60602, 21211, 21408, 21610, 21612],
        403: [60204, 60205, 60605],
        404: [NOT_FOUND, 60228],
        429: [20429, 60202, 60203, 60212],
      },
    },
  },
  '/v2/Services/{ServiceSid}/Verifications/{VerificationSid}': {
    get: { answer: ok(answers.verification), errors: { 404: [NOT_FOUND] } },
    post: {
      form: fields.updateVerification,
      answer: ok(answers.verification),
      errors: { 400: [INVALID], 404: [NOT_FOUND] },
    },
  },
  '/v2/Services/{ServiceSid}/VerificationCheck': {
    post: {
      form: fields.createCheck,
      isRepeatable: true,
      answer: ok(answers.check),
      errors: { 400: [INVALID, 60221], 404: [NOT_FOUND], 429: [60202] },
    },
  },
  '/v2/Services': { get: list('services', answers.service), post: managedAtTop(fields.createService) },
  '/v2/Services/{ServiceSid}': {
    get: { answer: ok(answers.service), errors: { 404: [NOT_FOUND] } },
    post: managed(fields.updateService),
    delete: managed(),
  },
  '/v2/Templates': { get: list('templates', answers.template, fields.templateQuery) },
  '/v2/Attempts': { get: list('attempts', answers.attempt, fields.attemptQuery) },
  '/v2/Attempts/Summary': {
    get: { query: fields.summaryQuery, answer: ok(answers.summary), errors: { 400: [INVALID] } },
  },
  '/v2/Attempts/{AttemptSid}': { get: { answer: ok(answers.attempt), errors: { 404: [NOT_FOUND] } } },
  '/v2/Services/{ServiceSid}/RateLimits': { get: missing, post: managed(fields.createRateLimit) },
  '/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}': {
    get: missing,
    post: managed(fields.updateRateLimit),
    delete: managed(),
  },
  '/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets': {
    get: missing,
    post: managed(fields.createBucket),
  },
  '/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{BucketSid}': {
    get: missing,
    post: managed(fields.updateBucket),
    delete: managed(),
  },
  '/v2/SafeList/Numbers': { get: missing, post: managedAtTop(fields.createSafeListNumber) },
  '/v2/SafeList/Numbers/{PhoneNumber}': { get: missing, delete: managedAtTop() },
  // One of Twilio's operations that this service does not have.
  '/v2/Services/{ServiceSid}/Webhooks': { get: missing, post: missing },
};
