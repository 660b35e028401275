/**
 * WebOTP: on some phones, the browser offers to enter the code from the message.
 *
 * @param {AbortSignal} signal
 */
export async function receiveCode(signal) {
  if (typeof OTPCredential === 'undefined') return;
  try {
    const credential = await navigator.credentials.get({ otp: { transport: ['sms'] }, signal });
    const input = document.getElementById('code');
    if (!(input instanceof HTMLInputElement) || !(credential instanceof OTPCredential)) return;
    input.value = credential.code;
    input.form?.requestSubmit();
  } catch {
    // The browser offers no code, so the person types it.
  }
}
