import { format } from 'node:util';

/** Twilio's error codes with their HTTP status and message. As with Twilio, messages can contain numbers. */
const catalogue = {
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource %s was not found'],
  20422: [400, 'Invalid Parameter: %s'],
  20500: [500, 'Internal Server Error'],
  21211: [400, "The 'To' number %s is not a valid phone number."],
  21212: [400, "The 'From' number %s is not a valid phone number, shortcode, or alphanumeric sender ID."],
  21408: [
    400,
    "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: %s.",
  ],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [
    400,
    'The From phone number %s is not a valid, SMS-capable inbound phone number or short code for your account.',
  ],
  21609: [400, "The 'StatusCallback' URL %s is not a valid URL."],
  21610: [400, 'Attempt to send to unsubscribed recipient: %s'],
  // The only error about a number that Twilio returns with 429 (recorded with test credentials).
  21611: [429, 'SMS queue is full.'],
  21612: [400, "The 'To' phone number: %s, is not currently reachable via SMS."],
  21614: [400, 'To number: %s, is not a mobile number'],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit.'],
  21705: [400, 'The Messaging Service Sid %s is invalid.'],
} as const satisfies Record<number, readonly [status: number, message: string]>;

export type TwilioErrorCode = keyof typeof catalogue;

/** An error with Twilio's code and message. The routes throw it, the app's error handler sends it. */
export class TwilioError extends Error {
  readonly status: number;

  /** `subject` is inserted into the message: a number, a path or a parameter's name. */
  constructor(
    readonly code: TwilioErrorCode,
    subject = '',
  ) {
    const [status, message] = catalogue[code];
    super(message.includes('%s') ? format(message, subject) : message);
    this.status = status;
  }

  toJSON() {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}
