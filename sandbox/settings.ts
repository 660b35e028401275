/** How slow the sandbox is, and how it shows messages: what makes the real provider hard to work with. All can be changed while it runs. */
export interface SandboxSettings {
  /**
   * How long a message stays in each status on its way: queued, sent, delivered. Until it is sent it has no
   * sent date, and with a messaging service no sender. Default: 100 ms.
   */
  statusStepMs: number;
  /** How long the list of messages lacks a new message. Fetching it by SID works at once. Default: 0. */
  listLagMs: number;
  /** How long the answer to a create-message call takes after the message is recorded. Default: 0. */
  answerDelayMs: number;
  /** What comes before each body, as on trial accounts: `Sent from your Twilio trial account - `. Default: nothing. */
  bodyPrefix: string;
}

export const defaultSettings: Readonly<SandboxSettings> = {
  statusStepMs: 100,
  listLagMs: 0,
  answerDelayMs: 0,
  bodyPrefix: '',
};
