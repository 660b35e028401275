import { SERVICE_SID, TEMPLATE_SID } from '../support/verify-service';
import { BRANCH_SID } from './fuzzed-service';

// The parameters and form fields of Twilio Verify's API: names and types as in Twilio's OpenAPI document. Fields that
// this service reads have narrower schemas: those values that it accepts.

type Fields = Readonly<Record<string, object>>;

const text = { type: 'string' };
const flag = { type: 'boolean' };
const whole = { type: 'integer' };
const json = (...values: object[]) => ({ enum: values.map((value) => JSON.stringify(value)) });
const sid = (prefix: string) => ({ type: 'string', pattern: `^${prefix}[0-9a-fA-F]{32}$` });
const serviceSid = { enum: [SERVICE_SID, BRANCH_SID] };
const code = { type: 'string', pattern: String.raw`^\d{4,10}$` };
/** A space is read as a plus that was not percent-encoded. */
const phoneNumber = {
  type: 'string',
  pattern: String.raw`^[+ ][1-9]\d{6,14}$`,
  examples: ['+14255550123'],
};
const date = { type: 'string', format: 'date-time' };
/** An empty value is read as a missing one. */
const orEmpty = (schema: object) => ({ anyOf: [schema, { const: '' }] });

/** A form with these fields. Those in `required` must be present. */
export interface Form {
  readonly required: readonly string[];
  readonly fields: Fields;
}

export const createVerification: Form = {
  required: ['To', 'Channel'],
  fields: {
    To: phoneNumber,
    Channel: { enum: ['sms', 'auto'] },
    CustomFriendlyName: orEmpty({ type: 'string', pattern: '^[A-Za-z ]{1,30}$' }),
    CustomMessage: text,
    SendDigits: text,
    Locale: text,
    CustomCode: orEmpty(code),
    Amount: text,
    Payee: text,
    RateLimits: orEmpty(json({}, { session: 'a' }, { session: 'b', unknown: 1 })),
    ChannelConfiguration: text,
    AppHash: orEmpty({ type: 'string', pattern: '^[A-Za-z0-9+/]{11}$' }),
    TemplateSid: orEmpty({ enum: [TEMPLATE_SID] }),
    TemplateCustomSubstitutions: orEmpty(json({ order: '1' }, { order: 2, other: null })),
    DeviceIp: orEmpty({ type: 'string', format: 'ipv4' }),
    EnableSnaClientToken: text,
    RiskCheck: orEmpty({ enum: ['enable', 'disable'] }),
    Tags: orEmpty(json({}, { tenant_id: '12345' })),
  },
};

export const updateVerification: Form = {
  required: ['Status'],
  fields: { Status: { enum: ['canceled', 'approved'] } },
};

export const createCheck: Form = {
  required: ['Code'],
  fields: {
    Code: code,
    To: orEmpty(phoneNumber),
    VerificationSid: orEmpty(sid('VE')),
    Amount: text,
    Payee: text,
    SnaClientToken: text,
  },
};

const serviceFields = { FriendlyName: text, CodeLength: whole, CustomCodeEnabled: flag };
export const createService: Form = { required: ['FriendlyName'], fields: serviceFields };
export const updateService: Form = { required: [], fields: serviceFields };

export const createRateLimit: Form = {
  required: ['UniqueName'],
  fields: { UniqueName: text, Description: text },
};
export const updateRateLimit: Form = { required: [], fields: { Description: text } };

const bucketFields = { Max: whole, Interval: whole };
export const createBucket: Form = { required: ['Max', 'Interval'], fields: bucketFields };
export const updateBucket: Form = { required: [], fields: bucketFields };

export const createSafeListNumber: Form = {
  required: ['PhoneNumber'],
  fields: { PhoneNumber: phoneNumber },
};

export const pathParameters: Fields = {
  ServiceSid: serviceSid,
  /** A verification can be named by its SID or its number. */
  VerificationSid: { anyOf: [sid('VE'), phoneNumber] },
  AttemptSid: sid('VL'),
  RateLimitSid: sid('RK'),
  BucketSid: sid('BL'),
  PhoneNumber: phoneNumber,
};

/** A larger `PageSize` than 1000 is read as 1000. */
export const pageQuery: Fields = {
  PageSize: orEmpty({ type: 'integer', minimum: 1 }),
  Page: orEmpty({ type: 'integer', minimum: 0 }),
  PageToken: text,
};

export const templateQuery: Fields = { ...pageQuery, FriendlyName: text };

const attemptFilters = {
  VerifyServiceSid: orEmpty(sid('VA')),
  DateCreatedAfter: orEmpty(date),
  DateCreatedBefore: orEmpty(date),
  Country: orEmpty({ type: 'string', pattern: '^[A-Za-z]{2}$' }),
  Channel: orEmpty({ enum: ['sms', 'call', 'email', 'whatsapp', 'rbm'] }),
};

export const attemptQuery: Fields = {
  ...pageQuery,
  ...attemptFilters,
  'ChannelData.To': orEmpty(phoneNumber),
  VerificationSid: orEmpty(sid('VE')),
  Status: orEmpty({ enum: ['converted', 'unconverted'] }),
};

export const summaryQuery: Fields = { ...attemptFilters, DestinationPrefix: text };
