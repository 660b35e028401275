/** What makes the real provider hard to work with. Everything here may be changed while the sandbox runs. */
export interface Difficulties {
  /**
   * How long a text stays in each status on its way: queued, sent, delivered. Until it is sent it has no
   * sent date, and with a messaging service no sender. Default: 100 ms.
   */
  statusStepMs: number;
  /** How long the list of messages does not know a text that was created. Fetching it by SID works at once. Default: 0. */
  listLagMs: number;
  /** How long the answer to a create-message call takes after the text is recorded. Default: 0. */
  answerDelayMs: number;
  /** What comes before each body, as on trial accounts: `Sent from your Twilio trial account - `. Default: nothing. */
  bodyPrefix: string;
}

export const noDifficulties: Readonly<Difficulties> = {
  statusStepMs: 100,
  listLagMs: 0,
  answerDelayMs: 0,
  bodyPrefix: '',
};
