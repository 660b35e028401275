// The objects of Twilio's OpenAPI document (twilio_verify_v2.json): keys, types, patterns and enums. There, all fields
// may be null except those that `required` lists here. Dates are narrower: seconds and `Z`, as in Twilio's examples.

const nullable = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const sid = (prefix: string) => ({ type: 'string', pattern: `^${prefix}[0-9a-fA-F]{32}$` });
const text = { type: 'string' };
const flag = { type: 'boolean' };
const date = {
  type: 'string',
  format: 'date-time',
  pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`,
};
const uri = { type: 'string', format: 'uri', pattern: '^https?://' };
const channel = { enum: ['sms', 'call', 'email', 'whatsapp', 'sna'] };

/** An object with exactly these keys, each of which may be null. */
const allNullable = (properties: Readonly<Record<string, object>>) =>
  exactly(Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, nullable(schema)])));

/** An object with exactly these keys. */
export function exactly(properties: Readonly<Record<string, object>>) {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

const uris = (...keys: string[]) => exactly(Object.fromEntries(keys.map((key) => [key, uri])));

const common = {
  sid: nullable(sid('VE')),
  service_sid: nullable(sid('VA')),
  account_sid: nullable(sid('AC')),
  to: nullable(text),
  channel,
  status: nullable({
    enum: ['pending', 'approved', 'canceled', 'max_attempts_reached', 'expired', 'failed'],
  }),
  valid: nullable(flag),
  amount: nullable(text),
  payee: nullable(text),
  date_created: nullable(date),
  date_updated: nullable(date),
};

export const verification = exactly({
  ...common,
  lookup: exactly({ carrier: { type: 'null' } }),
  send_code_attempts: {
    type: 'array',
    minItems: 1,
    items: exactly({
      attempt_sid: sid('VL'),
      channel: { const: 'sms' },
      time: { type: 'string', format: 'date-time' },
    }),
  },
  sna: { type: 'null' },
  url: nullable(uri),
});

export const check = exactly({ ...common, sna_attempts_error_codes: { type: 'array' } });

export const service = exactly({
  ...allNullable({
    sid: sid('VA'),
    account_sid: sid('AC'),
    friendly_name: text,
    lookup_enabled: flag,
    psd2_enabled: flag,
    skip_sms_to_landlines: flag,
    dtmf_input_required: flag,
    tts_name: text,
    do_not_share_warning_enabled: flag,
    custom_code_enabled: flag,
    push: allNullable({ include_date: flag, apn_credential_sid: sid('CR'), fcm_credential_sid: sid('CR') }),
    totp: allNullable({
      issuer: text,
      time_step: { type: 'integer' },
      code_length: { type: 'integer' },
      skew: { type: 'integer' },
    }),
    default_template_sid: sid('HJ'),
    whatsapp: allNullable({ msg_service_sid: sid('MG'), from: text }),
    passkeys: allNullable({
      relying_party: allNullable({ id: text, name: text, origins: text }),
      authenticator_attachment: text,
      discoverable_credentials: text,
      user_verification: text,
    }),
    verify_event_subscription_enabled: flag,
    date_created: date,
    date_updated: date,
    url: uri,
  }).properties,
  code_length: { type: 'integer' },
  links: uris(
    'verification_checks',
    'verifications',
    'rate_limits',
    'messaging_configurations',
    'entities',
    'webhooks',
    'access_tokens',
  ),
});

export const template = allNullable({
  sid: sid('HJ'),
  account_sid: sid('AC'),
  friendly_name: text,
  channels: { type: 'array', items: text },
  translations: {
    type: 'object',
    additionalProperties: exactly({
      is_default_translation: flag,
      status: text,
      locale: text,
      text,
      date_created: nullable({ type: 'string', format: 'date-time' }),
      date_updated: nullable({ type: 'string', format: 'date-time' }),
    }),
  },
});

export const attempt = exactly({
  ...allNullable({
    sid: sid('VL'),
    account_sid: sid('AC'),
    service_sid: sid('VA'),
    verification_sid: sid('VE'),
    date_created: date,
    date_updated: date,
    price: exactly({ value: text, currency: text }),
    channel_data: exactly({
      verification_sid: sid('VE'),
      to: text,
      status: { enum: ['confirmed', 'unconfirmed', 'expired'] },
      ...Object.fromEntries(
        ['message_status', 'error_code', 'country', 'locale', 'mcc', 'mnc', 'carrier'].map((key) => [
          key,
          nullable(text),
        ]),
      ),
      code_length: { type: 'integer' },
    }),
    url: uri,
  }).properties,
  conversion_status: { enum: ['converted', 'unconverted'] },
  channel: { enum: ['sms', 'call', 'email', 'whatsapp', 'rbm'] },
});

export const summary = exactly({
  total_attempts: { type: 'integer' },
  total_converted: { type: 'integer' },
  total_unconverted: { type: 'integer' },
  conversion_rate_percentage: nullable(text),
  url: nullable(uri),
});

export const pageOf = (key: string, item: object) =>
  exactly({
    [key]: { type: 'array', items: item },
    meta: exactly({
      page: { type: 'integer', minimum: 0 },
      page_size: { type: 'integer', minimum: 1 },
      first_page_url: uri,
      previous_page_url: nullable(uri),
      next_page_url: nullable(uri),
      url: uri,
      key: { const: key },
    }),
  });

export const error = exactly({
  code: { type: 'integer', minimum: 20_000, maximum: 99_999 },
  message: { type: 'string', minLength: 1 },
  more_info: { type: 'string', pattern: String.raw`^https://www\.twilio\.com/docs/errors/\d{5}$` },
  status: { type: 'integer', minimum: 400 },
});
