interface Variables {
  readonly PORT: number;
  readonly PUBLIC_URL?: string | undefined;
  readonly TWILIO_AUTH_TOKEN?: string | undefined;
  readonly TWILIO_API_URL?: string | undefined;
}

/** Without a slash at its end. */
export function publicUrl({ PORT, PUBLIC_URL }: Variables): string {
  return (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, '');
}

/**
 * Where Twilio reports what becomes of a message, and the token that it signs with. Undefined without the token, which
 * an API key does not replace, and where Twilio can not reach us safely: only the SMS sandbox comes by plain http.
 */
export function statusCallback(variables: Variables) {
  const { TWILIO_AUTH_TOKEN: authToken, TWILIO_API_URL } = variables;
  const url = publicUrl(variables);
  const isReachable = url.startsWith('https:') || TWILIO_API_URL !== undefined;
  return authToken === undefined || !isReachable ? undefined : { authToken, publicUrl: url };
}
