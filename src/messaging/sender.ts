import type { DeliveryError } from '../domain/types';

export interface OutgoingMessage {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  readonly validityMs: number;
  /** Where the provider reports what became of the message; undefined for no reports. */
  readonly reportUrl: string | undefined;
}

/**
 * What a call to create a message has led to. Only `unknown` leaves open whether there is one. `reason` is for operators: a
 * system error or an HTTP status, and the host.
 */
export type SendResult =
  | { readonly result: 'accepted'; readonly sid: string }
  /** `advice` is what an operator has to check, undefined where the error is about the recipient's number. */
  | { readonly result: 'refused'; readonly error: DeliveryError; readonly advice: string | undefined }
  | { readonly result: 'not_created'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly result: 'unknown'; readonly reason: string };

export type SearchResult =
  | { readonly result: 'found'; readonly sid: string }
  | { readonly result: 'absent' }
  /** The provider doesn't say. */
  | { readonly result: 'unknown'; readonly reason: string };

export type AccessResult =
  | { readonly result: 'granted' }
  | { readonly result: 'refused'; readonly advice: string }
  | { readonly result: 'unknown'; readonly reason: string };

/** A message that was perhaps created. A resend has the same body, so its SID must be none of `knownSids`. */
export interface MessageSearch {
  /** E.164. */
  readonly to: string;
  readonly code: string;
  /** Epoch milliseconds. */
  readonly createdSince: number;
  readonly knownSids: readonly string[];
}

/** What went wrong is a result; only an abort is thrown. */
export interface MessageSender {
  /** Hands one message to the provider, once. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  /** Looks for the message among those that the provider lists. */
  find(search: MessageSearch, signal: AbortSignal): Promise<SearchResult>;
  /** Whether the provider accepts the credentials. Sends nothing. */
  checkAccess(signal: AbortSignal): Promise<AccessResult>;
}
