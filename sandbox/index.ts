import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { buildApp } from './app';
import { Delivery } from './delivery/delivery';
import { createStatusCallback } from './delivery/status-callback';
import { type Difficulties, noDifficulties } from './difficulties/difficulties';
import type { Hold, HoldStage } from './difficulties/hold';
import { type Denial, Interventions } from './difficulties/interventions';
import { fileJournal, noJournal } from './texts/journal';
import type { CarrierErrorCode } from './texts/text';
import { type InboxText, TextStore } from './texts/text-store';
import type { Credentials } from './twilio/credentials';
import type { LoggedRequest } from './twilio/request-log';

export type { CarrierErrorCode, Denial, Difficulties, Hold, HoldStage, InboxText, LoggedRequest };

export interface SmsSandboxOptions extends Credentials, Partial<Difficulties> {
  /** 0: any free port. */
  port: number;
  /** Default: `127.0.0.1`. */
  host?: string;
  /** Texts are kept under `<dataDir>/sms-sandbox/` and read again at start. Default: in memory only. */
  dataDir?: string | undefined;
  /** Numbers whose texts end `undelivered`, with the carrier's error. */
  undeliverable?: Readonly<Record<string, CarrierErrorCode>>;
  /** Is told, without numbers or codes, of status callbacks that were refused and requests that failed. Default: nobody. */
  report?: (problem: string) => void;
}

export interface SmsSandbox {
  /** Where it listens: the official client's `api.baseUrl`. */
  readonly url: string;
  /** May be changed at any time. */
  readonly difficulties: Difficulties;
  /** Every authenticated call so far, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** The texts that arrived at a number, newest first. */
  inbox(number: string): InboxText[];
  /** Holds create-message calls from now on: those to one number, or all. */
  hold(stage: HoldStage, to?: string): Hold;
  /** Answers the next create-message call to a number in Twilio's place. */
  deny(to: string, denial: Denial): void;
  /** From now on, new texts to a number end `undelivered`. */
  failDelivery(to: string, code: CarrierErrorCode): void;
  /** Stops at once; calls that are under way, held ones included, are reset. */
  close(): Promise<void>;
}

/**
 * Imitates the part of Twilio's REST API that the service uses, with a phone for every number.
 *
 * @throws Error with code `EADDRINUSE` when the port is taken.
 */
export async function startSmsSandbox(options: SmsSandboxOptions): Promise<SmsSandbox> {
  const { port, host = '127.0.0.1', dataDir, undeliverable = {}, report = () => {} } = options;
  const stop = new AbortController();
  const closing = stop.signal;
  // Every text that is under way listens to it.
  setMaxListeners(0, closing);
  const requests: LoggedRequest[] = [];
  const difficulties = chooseDifficulties(options);
  const store = new TextStore(
    dataDir === undefined ? noJournal : fileJournal(join(dataDir, 'sms-sandbox', 'texts.jsonl')),
  );
  const tellStatus = createStatusCallback({ credentials: options, closing, report });
  const delivery = new Delivery({ store, tellStatus, difficulties, closing });
  const interventions = new Interventions(undeliverable);

  const app = buildApp({
    credentials: options,
    store,
    delivery,
    difficulties,
    interventions,
    requests,
    closing,
    report,
  });
  const url = await app.listen({ port, host });
  delivery.resumeAll();

  return {
    url,
    difficulties,
    requests,
    inbox: (number) => store.inbox(number),
    hold: (stage, to) => interventions.hold(stage, to),
    deny: (to, denial) => interventions.deny(to, denial),
    failDelivery: (to, code) => interventions.failDelivery(to, code),
    close: async () => {
      stop.abort();
      interventions.cutAll();
      await app.close();
    },
  };
}

function chooseDifficulties(options: Partial<Difficulties>): Difficulties {
  return {
    statusStepMs: options.statusStepMs ?? noDifficulties.statusStepMs,
    listLagMs: options.listLagMs ?? noDifficulties.listLagMs,
    answerDelayMs: options.answerDelayMs ?? noDifficulties.answerDelayMs,
    bodyPrefix: options.bodyPrefix ?? noDifficulties.bodyPrefix,
  };
}
