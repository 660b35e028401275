export interface Credentials {
  accountSid: string;
  /** Opens the account and signs its status callbacks. */
  authToken: string;
  apiKey?: { sid: string; secret: string } | undefined;
}

/** Whether a basic `Authorization` header opens the account. */
export function opensAccount(header: string | undefined, credentials: Credentials): boolean {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return false;

  const { accountSid, authToken, apiKey } = credentials;
  const accepted = [`${accountSid}:${authToken}`];
  if (apiKey !== undefined) accepted.push(`${apiKey.sid}:${apiKey.secret}`);
  return accepted.includes(Buffer.from(encoded, 'base64').toString());
}
