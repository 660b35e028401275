import type { WordingChoice } from '../../domain/types';
import type { VerifyService } from '../../tenants/tenant';
import { isPossible } from '../../numbers/phone-number';
import { isIpAddress } from '../http/client-address';
import { sentenceIn, variablesOf, type Template } from '../../messaging/wording';
import { NO_TEXT, parseCustomName } from './custom-name';
import { invalidParameter, invalidTo, VerifyApiError } from './errors';
import { isSameSid } from './sids';

/** A form with one value for each field. Fields that this API does not know are ignored. */
export type Form = Readonly<Record<string, string>>;

/** What a create asks for. */
export interface CreateForm {
  /** As it was received, with its `+`. */
  readonly to: string;
  readonly customCode: string | undefined;
  readonly wording: WordingChoice;
  /** The address of the end user. */
  readonly deviceIp: string | undefined;
  /** The values of the named limits. */
  readonly rateLimits: Readonly<Record<string, string>>;
}

const MAX_TAGS = 10;
const MAX_TAG_CHARACTERS = 128;
/** Enough for every language tag in use (RFC 5646, 4.4.1). */
const MAX_LOCALE_CHARACTERS = 35;
const MAX_SUBSTITUTIONS = 20;
const MAX_SUBSTITUTION_CHARACTERS = 100;
const APP_HASH = /^[A-Za-z0-9+/]{11}$/;

/** Of a field that was sent more than once, the last value counts. */
export function formOf(body: unknown): Form {
  if (typeof body !== 'object' || body === null) return {};
  const form: Record<string, string> = {};
  for (const [name, value] of Object.entries(body) as [string, unknown][])
    form[name] = Array.isArray(value) ? String(value.at(-1)) : String(value);
  return form;
}

/** A number as the client meant it. If a client did not percent-encode the `+`, it was read as a space. */
export function withPlus(number: string): string {
  return number.replace(/^ (?=\d)/, '+');
}

/** The number that a form names. */
export function toOf({ To = '' }: Form): string {
  return withPlus(To);
}

export const E164 = /^\+[1-9]\d{6,14}$/;

/** Also checks that the country has numbers of this length. */
export function isE164(number: string): boolean {
  return E164.test(number) && isPossible(number);
}

/** @throws VerifyApiError for a field that is not valid */
export function parseCreate(form: Form, service: VerifyService): CreateForm {
  checkChannel(form);
  const to = toOf(form);
  if (!isE164(to)) throw invalidTo(to);
  checkTags(form);
  const { RiskCheck: riskCheck = '' } = form;
  if (!['', 'enable', 'disable'].includes(riskCheck)) throw invalidParameter('RiskCheck');
  return {
    to,
    customCode: customCodeOf(form, service),
    wording: wordingOf(form, service),
    deviceIp: deviceIpOf(form),
    rateLimits: textRecord(form, 'RateLimits') ?? {},
  };
}

const OTHER_CHANNELS: readonly string[] = ['call', 'whatsapp', 'email'];

function checkChannel({ Channel: channel = '', AppHash: appHash = '' }: Form): void {
  if (appHash !== '' && OTHER_CHANNELS.includes(channel))
    throw new VerifyApiError(400, 60602, 'App hash can only be used with SMS channel');
  switch (channel) {
    case 'sms':
    case 'auto':
      return;
    case 'call':
    case 'whatsapp':
      throw new VerifyApiError(400, 60223, `Delivery channel disabled: ${channel.toUpperCase()}`);
    case 'email':
      throw new VerifyApiError(400, 60217, 'A Mailer must be associated with the service');
    default:
      throw invalidParameter('Channel');
  }
}

function checkTags(form: Form): void {
  const entries = Object.entries(textRecord(form, 'Tags') ?? {});
  const isTooLong = entries.some((entry) => entry.some((part) => part.length > MAX_TAG_CHARACTERS));
  if (entries.length > MAX_TAGS || isTooLong) throw invalidParameter('Tags');
}

function customCodeOf({ CustomCode: code }: Form, { customCodeEnabled }: VerifyService): string | undefined {
  if (code === undefined || code === '') return undefined;
  if (!customCodeEnabled) throw new VerifyApiError(403, 60204, 'Service does not support this feature');
  if (!/^\d{4,10}$/.test(code)) throw invalidParameter('CustomCode');
  return code;
}

function deviceIpOf({ DeviceIp: ip }: Form): string | undefined {
  if (ip === undefined || ip === '') return undefined;
  if (!isIpAddress(ip)) throw invalidParameter('DeviceIp');
  return ip;
}

function wordingOf(form: Form, service: VerifyService): WordingChoice {
  const { Locale: locale = '', AppHash: appHash = '', TemplateSid: chosenSid = '' } = form;
  if (locale.length > MAX_LOCALE_CHARACTERS) throw invalidParameter('Locale');
  if (appHash !== '' && !APP_HASH.test(appHash)) throw invalidParameter('AppHash');
  const templateSid = chosenSid === '' ? service.defaultTemplateSid : chosenSid;
  const template = templateSid === undefined ? undefined : templateOf(templateSid, service);
  const substitutions = substitutionsOf(form, template, locale);
  const name = parseCustomName(form['CustomFriendlyName'] ?? '');
  return {
    ...(template && { templateSid: template.sid }),
    ...(locale !== '' && { locale }),
    ...(name !== undefined && { name }),
    ...(substitutions && { substitutions }),
    ...(appHash !== '' && { appHash }),
  };
}

function templateOf(sid: string, { templates }: VerifyService): Template {
  const template = templates.find((each) => isSameSid(each.sid, sid));
  if (!template) throw new VerifyApiError(404, 60228, 'Template was not found');
  return template;
}

/** The values of the template's variables. Other values are not stored. Undefined if there are none. */
function substitutionsOf(
  form: Form,
  template: Template | undefined,
  locale: string,
): Readonly<Record<string, string>> | undefined {
  const values = Object.entries(textRecord(form, 'TemplateCustomSubstitutions') ?? {});
  const isNotText = values.some(
    ([, value]) => value.length > MAX_SUBSTITUTION_CHARACTERS || NO_TEXT.test(value),
  );
  if (values.length > MAX_SUBSTITUTIONS || isNotText) throw invalidParameter('TemplateCustomSubstitutions');
  if (!template) return undefined;
  const names = new Set(template.locales.flatMap(({ sentence }) => variablesOf(sentence)));
  const used = values.filter(([name]) => names.has(name));
  const given = new Set(used.map(([name]) => name));
  const missing = variablesOf(sentenceIn(template, locale)).filter((name) => !given.has(name));
  if (missing.length > 0)
    throw new VerifyApiError(
      400,
      60224,
      `Missing substitutions for selected template: ${missing.join(', ')}`,
    );
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

/** A field with a JSON object, whose values become text, without those that are `null`. Undefined without the field. */
function textRecord(form: Form, name: string): Record<string, string> | undefined {
  const json = form[name];
  if (json === undefined || json === '') return undefined;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return textsOf(value);
  } catch {
    // Not JSON, or so deeply nested that it can't become text: the same error as for another kind of value.
  }
  throw invalidParameter(name);
}

/** @throws RangeError for a deeply nested value */
function textsOf(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
