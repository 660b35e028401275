import type { TwilioErrorCode } from './error';

// Twilio's "magic numbers" for test credentials: a message to or from them gets this error.

export const magicRecipients: ReadonlyMap<string, TwilioErrorCode> = new Map([
  ['+15005550001', 21211],
  ['+15005550002', 21612],
  ['+15005550003', 21408],
  ['+15005550004', 21610],
  ['+15005550009', 21614],
]);

export const magicSenders: ReadonlyMap<string, TwilioErrorCode> = new Map([
  ['+15005550001', 21212],
  ['+15005550007', 21606],
  ['+15005550008', 21611],
]);
