import type { Channel, WordingChoice } from '../domain/types';

/** The activity's input. It does not contain the code: each try derives the same code. */
export interface SendMessageRequest {
  readonly tenantId: string;
  readonly channel: Channel;
  /** E.164. */
  readonly phoneNumber: string;
  readonly nonce: string;
  readonly keyId: string;
  readonly codeLength: number;
  /** Undefined for the derived code. */
  readonly codeOffset?: number | undefined;
  readonly wording?: WordingChoice | undefined;
  /** The whole window for the first message, which opens it. For a resend, what was left when it was requested. */
  readonly validityMs: number;
  /** When the verification started, epoch milliseconds. Its messages are not older. */
  readonly startedAt: number;
  /** Which message of the verification it is: 0 for the first. Workflow tasks of an earlier version do not say it. */
  readonly messageIndex?: number;
  /**
   * Epoch milliseconds. A message that was created before is an earlier one of this verification. Undefined if the SIDs
   * of all earlier messages are known.
   */
  readonly notCreatedBefore?: number;
  /** The SIDs of this verification's earlier messages. */
  readonly knownSids: readonly string[];
}
