import type { DeliveryError, DeliveryReport } from '../domain/types';

// The port to a message provider. Each provider has a folder with its implementation.

/** The sender of a message: a number or name, a pool of numbers from which the provider chooses, or both. */
export interface SenderIdentity {
  readonly from?: string;
  readonly pool?: string;
}

export interface OutgoingMessage {
  /** E.164. */
  readonly to: string;
  readonly sender: SenderIdentity;
  readonly body: string;
  /** The provider does not deliver the message later than this. */
  readonly validityMs: number;
  /** The URL to which the provider reports the delivery; undefined for no reports. */
  readonly reportUrl: string | undefined;
}

/**
 * The result of one try to create a message. With `unknown`, the provider may or may not have created it. `reason`
 * is for operators: a system error or an HTTP status, and the host.
 */
export type SendResult =
  | { readonly result: 'accepted'; readonly sid: string }
  /** `advice`: what an operator must check; undefined if the error is about the recipient's number. */
  | { readonly result: 'refused'; readonly error: DeliveryError; readonly advice: string | undefined }
  | { readonly result: 'not_created'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly result: 'unknown'; readonly reason: string };

export type SearchResult =
  | { readonly result: 'found'; readonly sid: string }
  | { readonly result: 'absent' }
  /** The provider did not answer with its list. */
  | { readonly result: 'unknown'; readonly reason: string };

export type AccessResult =
  | { readonly result: 'granted' }
  | { readonly result: 'refused'; readonly advice: string }
  | { readonly result: 'unknown'; readonly reason: string };

/** Describes a message that may have been created. `knownSids` excludes earlier messages, which have the same body. */
export interface MessageSearch {
  /** E.164. */
  readonly to: string;
  readonly code: string;
  /** Epoch milliseconds. */
  readonly createdSince: number;
  readonly knownSids: readonly string[];
}

/** Sends messages through one provider. Errors are returned as results: methods throw only when the signal aborts. */
export interface MessageSender {
  /** The longest time that one call can take. */
  readonly maxCallMs: number;
  /** Makes one call to create a message, without retries. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  /** Looks for the message in the provider's list. */
  find(search: MessageSearch, signal: AbortSignal): Promise<SearchResult>;
  /** Checks whether the provider accepts the credentials. Sends no message. */
  checkAccess(signal: AbortSignal): Promise<AccessResult>;
}

/** The HTTP request with which a provider reports the delivery of a message. */
export interface ReportRequest {
  /** Path and query. */
  readonly url: string;
  readonly signature: string;
  /** The value of a field that was sent more than once is an array. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the URL for delivery reports says about the message. */
export interface ReportedMessage {
  /** When the create call was made, epoch milliseconds. */
  readonly sentAt: number;
  /** Which message of the verification it is: 0 for the first. */
  readonly messageIndex: number | undefined;
}

/** How a provider reports deliveries: it posts signed forms to a URL of this service. */
export interface DeliveryReports {
  /** Whether the provider can reach this service and sign. Otherwise no reports are requested or accepted. */
  readonly enabled: boolean;
  readonly path: string;
  /** In lower case. */
  readonly signatureHeader: string;
  /** The fields of a report, for the OpenAPI document. */
  readonly exampleFields: Readonly<Record<string, string>>;
  /**
   * The URL for reports about one message of a verification; undefined if reports are not possible. It says when the
   * message was sent: so every API knows how long the delivery took, and when the result of the create call is overdue.
   */
  urlFor(verificationId: string, message: ReportedMessage): string | undefined;
  isSigned(request: ReportRequest): boolean;
  /** The provider's word for the status that a report is about: one of a few, for metrics. */
  statusOf(fields: Readonly<Record<string, unknown>>): string;
  /** Undefined for a report that has no effect, such as `queued`. */
  parseReport(fields: Readonly<Record<string, unknown>>): DeliveryReport | undefined;
}
