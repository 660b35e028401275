import type { Attempt } from './attempt-pages';
import { inSeconds, type ResourceOptions, type ServiceTenant } from './resources';

/** Twilio's codes are numbers. Ours are words. */
const PROVIDER_CODE = /^\d+$/;

/** What Twilio Verify reports about messages. Field names and their order are those of its OpenAPI document. */
export function createAttemptResources({ sids, publicUrl }: ResourceOptions) {
  const url = `${publicUrl}/v2/Attempts`;

  return {
    attempt({ verify }: ServiceTenant, attempt: Attempt) {
      const { verification, message, isConverted } = attempt;
      const { phoneNumber, id, closedAt, country, codeLength } = verification;
      const verificationSid = sids.verification(verify.serviceSid, phoneNumber, id);
      const sid = sids.attempt(verify.serviceSid, phoneNumber, id, message.index);
      return {
        sid,
        account_sid: verify.accountSid,
        service_sid: verify.serviceSid,
        verification_sid: verificationSid,
        date_created: inSeconds(message.requestedAt),
        date_updated: inSeconds(closedAt ?? message.requestedAt),
        conversion_status: isConverted ? 'converted' : 'unconverted',
        channel: 'sms',
        // The provider of the messages knows it.
        price: null,
        channel_data: {
          verification_sid: verificationSid,
          to: phoneNumber,
          status: wordOf(attempt),
          ...failureOf(attempt),
          country,
          code_length: codeLength,
          locale: null,
          mcc: null,
          mnc: null,
          carrier: null,
        },
        url: `${url}/${sid}`,
      };
    },

    summary({ messages, verified }: { readonly messages: number; readonly verified: number }) {
      return {
        total_attempts: messages,
        total_converted: verified,
        total_unconverted: messages - verified,
        conversion_rate_percentage: percentage(verified, messages),
        url: `${url}/Summary`,
      };
    },
  };
}

function wordOf({ isConverted, verification }: Attempt): 'confirmed' | 'unconfirmed' | 'expired' {
  if (isConverted) return 'confirmed';
  return verification.status === 'expired' ? 'expired' : 'unconfirmed';
}

/** Null if the provider has reported no failure: whether a message arrived is not recorded. */
function failureOf({ verification: { status }, message, error }: Attempt) {
  const cause = message.error ?? (status === 'undeliverable' ? error : null);
  const code = cause && PROVIDER_CODE.test(cause.code) ? cause.code : null;
  return { message_status: code === null ? null : 'undelivered', error_code: code };
}

/** As Twilio writes it: `81.818181818`. Zeros at the end are left out. */
function percentage(part: number, whole: number): string {
  return whole === 0 ? '0' : String(Number(((part / whole) * 100).toFixed(9)));
}
