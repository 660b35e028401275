export interface Credentials {
  accountSid: string;
  /** Authenticates requests and signs status callbacks. */
  authToken: string;
  apiKey?: { sid: string; secret: string } | undefined;
}

/** Whether an `Authorization` header has valid credentials of the account (HTTP Basic). */
export function isAuthorized(header: string | undefined, credentials: Credentials): boolean {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return false;

  const { accountSid, authToken, apiKey } = credentials;
  const accepted = [`${accountSid}:${authToken}`];
  if (apiKey !== undefined) accepted.push(`${apiKey.sid}:${apiKey.secret}`);
  return accepted.includes(Buffer.from(encoded, 'base64').toString());
}
