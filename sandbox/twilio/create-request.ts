import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { OutgoingMessage } from '../messages/message';
import { TwilioError } from './error';
import { magicRecipients, magicSenders } from './magic-numbers';

const Form = Type.Record(Type.String(), Type.String());

const E164 = /^\+[1-9]\d{6,14}$/;
const SHORT_CODE_OR_ALPHANUMERIC = /^(?:\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/;
const MAX_BODY_CHARACTERS = 1600;
const MAX_VALIDITY_SECONDS = 36_000;

/** The value of `To`, which is not validated. */
export function requestedRecipient(form: unknown): string | null {
  return field(form, 'To');
}

/** @throws TwilioError the error that Twilio would return, with its order of checks */
export function parseCreateRequest(form: unknown): OutgoingMessage {
  const to = field(form, 'To');
  const from = field(form, 'From');
  const messagingServiceSid = field(form, 'MessagingServiceSid');
  const body = field(form, 'Body');
  const statusCallback = field(form, 'StatusCallback');

  if (to === null) throw new TwilioError(21604);
  if (from === null && messagingServiceSid === null) throw new TwilioError(21603);
  if (body === null) throw new TwilioError(21602);
  if (body.length > MAX_BODY_CHARACTERS) throw new TwilioError(21617);
  if (messagingServiceSid !== null) checkMessagingService(messagingServiceSid);
  if (from !== null) checkSender(from);
  checkRecipient(to);
  if (statusCallback !== null) checkStatusCallback(statusCallback);
  checkValidityPeriod(field(form, 'ValidityPeriod'));

  return { to, from, messagingServiceSid, body, statusCallback };
}

/** Null for an empty field, a missing field and a body that is not a form. */
function field(form: unknown, name: string): string | null {
  const value = Value.Check(Form, form) ? form[name] : undefined;
  return value === undefined || value === '' ? null : value;
}

function checkRecipient(to: string): void {
  const magic = magicRecipients.get(to);
  if (magic !== undefined) throw new TwilioError(magic, to);
  if (!E164.test(to)) throw new TwilioError(21211, to);
}

function checkSender(from: string): void {
  const magic = magicSenders.get(from);
  if (magic !== undefined) throw new TwilioError(magic, from);
  if (!E164.test(from) && !SHORT_CODE_OR_ALPHANUMERIC.test(from)) throw new TwilioError(21212, from);
}

function checkMessagingService(sid: string): void {
  if (!/^MG\w+$/.test(sid)) throw new TwilioError(21705, sid);
}

function checkStatusCallback(url: string): void {
  if (!URL.canParse(url) || !/^https?:/i.test(url)) throw new TwilioError(21609, url);
}

function checkValidityPeriod(seconds: string | null): void {
  if (seconds === null) return;
  const inRange =
    /^\d{1,5}$/.test(seconds) && Number(seconds) >= 1 && Number(seconds) <= MAX_VALIDITY_SECONDS;
  if (!inRange) throw new TwilioError(20422, 'ValidityPeriod');
}
