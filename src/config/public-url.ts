interface Variables {
  readonly PORT: number;
  readonly PUBLIC_URL?: string | undefined;
  readonly TWILIO_AUTH_TOKEN?: string | undefined;
  readonly TWILIO_API_URL?: string | undefined;
}

/** Without a trailing slash. */
export function publicUrl({ PORT, PUBLIC_URL }: Variables): string {
  return (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, '');
}

/**
 * The URL for Twilio's delivery reports, and the token that signs them. Undefined without the token: an API key does
 * not replace it. Also undefined if the URL is not https: only the SMS sandbox may report over plain http.
 */
export function statusCallback(variables: Variables) {
  const { TWILIO_AUTH_TOKEN: authToken, TWILIO_API_URL } = variables;
  const url = publicUrl(variables);
  const isReachable = url.startsWith('https:') || TWILIO_API_URL !== undefined;
  return authToken === undefined || !isReachable ? undefined : { authToken, publicUrl: url };
}
