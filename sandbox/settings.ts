/** Delays and other behaviour of the real provider that clients must handle. Can be changed while the sandbox runs. */
export interface SandboxSettings {
  /**
   * How long a message stays in each status before its final one. Until it is sent, it has no sent date, and with a
   * messaging service no sender. Default: 100 ms.
   */
  statusStepMs: number;
  /** How long the carrier takes: how long a message stays `sent`. Default: `statusStepMs`. */
  carrierMs: number | undefined;
  /** How long a new message is missing in the list of messages. It can be fetched by SID at once. Default: 0. */
  listLagMs: number;
  /** The time between recording a message and answering the create-message call. Default: 0. */
  answerDelayMs: number;
  /** The start of each body. With trial accounts: `Sent from your Twilio trial account - `. Default: empty. */
  bodyPrefix: string;
}

export const defaultSettings: Readonly<SandboxSettings> = {
  statusStepMs: 100,
  carrierMs: undefined,
  listLagMs: 0,
  answerDelayMs: 0,
  bodyPrefix: '',
};
