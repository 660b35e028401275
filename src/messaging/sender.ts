import type { DeliveryError, DeliveryReport } from '../domain/types';

// The port to a message provider. Each provider implements it in a folder of its own.

/** Who a message comes from: a number or name of ours, a pool that the provider chooses from, or both. */
export interface SenderIdentity {
  readonly from?: string;
  readonly pool?: string;
}

export interface OutgoingMessage {
  /** E.164. */
  readonly to: string;
  readonly sender: SenderIdentity;
  readonly body: string;
  readonly validityMs: number;
  /** Where the provider reports what became of the message; undefined for no reports. */
  readonly reportUrl: string | undefined;
}

/**
 * The outcome of a call to create a message. Only `unknown` leaves open whether there is one. `reason` is for operators:
 * a system error or an HTTP status, and the host.
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
  /** The provider did not say. */
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

/** Errors are results. The methods throw only when the signal aborts. */
export interface MessageSender {
  /** The longest time that one call takes. */
  readonly maxCallMs: number;
  /** Hands one message to the provider, once. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  /** Looks for the message in the provider's list. */
  find(search: MessageSearch, signal: AbortSignal): Promise<SearchResult>;
  /** Whether the provider accepts the credentials. Sends nothing. */
  checkAccess(signal: AbortSignal): Promise<AccessResult>;
}

/** A provider's report of what became of a message, as its HTTP request came. */
export interface ReportRequest {
  /** Path and query. */
  readonly url: string;
  readonly signature: string;
  /** A field that was sent more than once has an array for its value. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How a provider reports deliveries: signed forms, posted to a URL of ours. */
export interface DeliveryReports {
  /** Whether the provider can reach us and sign. Otherwise no reports are asked for, and none is accepted. */
  readonly enabled: boolean;
  readonly path: string;
  /** In lower case. */
  readonly signatureHeader: string;
  /** Where the messages of one verification are reported. */
  urlFor(verificationId: string): string;
  isSigned(request: ReportRequest): boolean;
  /** Undefined for a report without news, as before a message is sent. */
  parseReport(fields: Readonly<Record<string, unknown>>): DeliveryReport | undefined;
}
