import type { VerifySids } from '../../crypto/verify-sids';
import type { Status } from '../../domain/types';
import type { IdentifiedView } from '../../gateway/verifications';
import type { Template } from '../../messaging/wording';
import type { Tenant, VerifyService } from '../../tenants/tenant';

/** A tenant that is a service of this API. */
export type ServiceTenant = Tenant & { readonly verify: VerifyService };

export interface ResourceOptions {
  readonly sids: VerifySids;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

/** Twilio Verify's words for our statuses. */
const statusWords: Readonly<Record<Status, string>> = {
  sending: 'pending',
  pending: 'pending',
  verified: 'approved',
  expired: 'expired',
  max_attempts_reached: 'max_attempts_reached',
  undeliverable: 'failed',
  canceled: 'canceled',
};

/** Twilio Verify's resources. Field names, types and the order of the fields are those of its OpenAPI document. */
export function createResources({ sids, publicUrl }: ResourceOptions) {
  const base = `${publicUrl}/v2`;

  function common({ verify }: ServiceTenant, view: IdentifiedView) {
    return {
      sid: sids.verification(verify.serviceSid, view.phoneNumber, view.id),
      service_sid: verify.serviceSid,
      account_sid: verify.accountSid,
      to: view.phoneNumber,
      channel: 'sms',
      status: statusWords[view.status],
      valid: view.status === 'verified',
    };
  }

  return {
    verification(tenant: ServiceTenant, view: IdentifiedView) {
      const { serviceSid } = tenant.verify;
      // Until the first workflow task, the workflow has not requested the message.
      const times = view.messagesAt.length > 0 ? view.messagesAt : [view.createdAt];
      const fields = common(tenant, view);
      return {
        ...fields,
        lookup: { carrier: null },
        amount: null,
        payee: null,
        send_code_attempts: times.map((time, index) => ({
          attempt_sid: sids.attempt(serviceSid, view.phoneNumber, view.id, index),
          channel: 'sms',
          time,
        })),
        date_created: inSeconds(view.createdAt),
        date_updated: inSeconds(view.updatedAt),
        sna: null,
        url: `${base}/Services/${serviceSid}/Verifications/${fields.sid}`,
      };
    },

    /** A wrong code leaves the check `pending`, also if it was the last one. */
    check(tenant: ServiceTenant, view: IdentifiedView, verified: boolean) {
      return {
        ...common(tenant, view),
        status: verified ? 'approved' : 'pending',
        valid: verified,
        amount: null,
        payee: null,
        date_created: inSeconds(view.createdAt),
        date_updated: inSeconds(view.updatedAt),
        sna_attempts_error_codes: [],
      };
    },

    service({ policy, verify }: ServiceTenant) {
      const url = `${base}/Services/${verify.serviceSid}`;
      return {
        sid: verify.serviceSid,
        account_sid: verify.accountSid,
        friendly_name: verify.friendlyName,
        code_length: policy.codeLength,
        lookup_enabled: false,
        psd2_enabled: false,
        skip_sms_to_landlines: true,
        dtmf_input_required: true,
        tts_name: null,
        do_not_share_warning_enabled: verify.doNotShareWarningEnabled,
        custom_code_enabled: verify.customCodeEnabled,
        push: { include_date: false, apn_credential_sid: null, fcm_credential_sid: null },
        totp: { issuer: null, time_step: null, code_length: null, skew: null },
        default_template_sid: verify.defaultTemplateSid ?? null,
        whatsapp: { msg_service_sid: null, from: null },
        passkeys: {
          relying_party: { id: null, name: null, origins: null },
          authenticator_attachment: null,
          discoverable_credentials: null,
          user_verification: null,
        },
        verify_event_subscription_enabled: false,
        // Services come from a file, which does not say when.
        date_created: null,
        date_updated: null,
        url,
        links: {
          verification_checks: `${url}/VerificationCheck`,
          verifications: `${url}/Verifications`,
          rate_limits: `${url}/RateLimits`,
          messaging_configurations: `${url}/MessagingConfigurations`,
          entities: `${url}/Entities`,
          webhooks: `${url}/Webhooks`,
          access_tokens: `${url}/AccessTokens`,
        },
      };
    },

    template({ verify }: ServiceTenant, { sid, name, locales }: Template) {
      const translations: Record<string, object> = {};
      for (const [index, { locale, sentence }] of locales.entries())
        translations[locale] = {
          is_default_translation: index === 0,
          status: 'approved',
          locale,
          // Twilio's templates have two braces around a variable.
          text: sentence.replaceAll(/\{(\w+)\}/g, (_, variable: string) => twilioVariable(variable)),
          date_created: null,
          date_updated: null,
        };
      return {
        sid,
        account_sid: verify.accountSid,
        friendly_name: name,
        channels: ['sms'],
        translations,
      };
    },
  };
}

function twilioVariable(variable: string): string {
  return `{{${variable === 'name' ? 'friendly_name' : variable}}}`;
}

/** RFC 3339 without fractions of a second. */
export function inSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
