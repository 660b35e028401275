import type { AsYouType } from 'libphonenumber-js/min';

declare global {
  /** From libphonenumber.js, which the page loads first. */
  const libphonenumber: { readonly AsYouType: typeof AsYouType };

  /** WebOTP, which TypeScript's DOM types do not have: https://wicg.github.io/web-otp/ */
  interface CredentialRequestOptions {
    otp?: { transport: readonly ['sms'] };
  }
  interface OTPCredential extends Credential {
    readonly code: string;
  }
  const OTPCredential: { new (): OTPCredential } | undefined;
}
